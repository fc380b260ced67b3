package dev.orrery.benchmarks.core;

/**
 * Small actors that were started and are there at the same time.
 *
 * @param perSecond how many were started in a second, all together
 * @param bytesEach what the processes that they live in have, divided by their number; memory that several processes share counts in parts
 */
public record ManyActors(int count, double perSecond, double bytesEach) {}
