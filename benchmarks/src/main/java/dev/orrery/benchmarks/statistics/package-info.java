/** Medians, ratios and how sure they are. */
package dev.orrery.benchmarks.statistics;
