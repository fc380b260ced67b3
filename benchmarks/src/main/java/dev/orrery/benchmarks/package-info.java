/** Benchmarks. */
package dev.orrery.benchmarks;
