/** Measures the control plane: real heads and a real ZooKeeper server under many simulated node agents. */
package dev.orrery.benchmarks.control;
