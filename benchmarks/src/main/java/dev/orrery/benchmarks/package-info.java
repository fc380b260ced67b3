/** Benchmarks of worlds, beside the bare media and other libraries. */
package dev.orrery.benchmarks;
