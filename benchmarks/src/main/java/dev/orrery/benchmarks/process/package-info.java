/** Processes of a run, seen from the harness. */
package dev.orrery.benchmarks.process;
