/** The processes that move the data which is measured. */
package dev.orrery.benchmarks.participant;
