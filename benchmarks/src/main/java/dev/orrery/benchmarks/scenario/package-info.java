/** What is measured. */
package dev.orrery.benchmarks.scenario;
