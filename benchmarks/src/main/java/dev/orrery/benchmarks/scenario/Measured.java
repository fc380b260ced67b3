package dev.orrery.benchmarks.scenario;

/**
 * @param nanos how long the measured part of a run took
 * @param value what it found, in the unit of its row
 */
record Measured(long nanos, double value) {}
