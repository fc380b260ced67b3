/** ZooKeeper, heads and node agents of a cluster that is measured, each a process of its own. */
package dev.orrery.benchmarks.server;
