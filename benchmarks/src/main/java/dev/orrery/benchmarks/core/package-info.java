/** Calls, tasks and objects, beside Ray's, by the tests and names of {@code ray microbenchmark}. */
package dev.orrery.benchmarks.core;
