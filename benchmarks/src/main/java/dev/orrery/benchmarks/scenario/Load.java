package dev.orrery.benchmarks.scenario;

/**
 * How much one run does.
 *
 * @param warmup operations before those that are measured
 */
record Load(long warmup, long count) {}
