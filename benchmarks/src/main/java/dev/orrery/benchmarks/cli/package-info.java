/** The command {@code orrery bench}. */
package dev.orrery.benchmarks.cli;
