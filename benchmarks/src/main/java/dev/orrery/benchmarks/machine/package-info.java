/** Where it ran. */
package dev.orrery.benchmarks.machine;
