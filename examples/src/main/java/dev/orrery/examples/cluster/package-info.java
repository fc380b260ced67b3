/** A whole cluster on this machine, as separate processes: for trying Orrery, for its demo, and for users' tests. */
package dev.orrery.examples.cluster;
