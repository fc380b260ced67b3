/** Messages that can be checked. */
package dev.orrery.benchmarks.payload;
