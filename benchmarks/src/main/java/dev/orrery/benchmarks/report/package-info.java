/** What a run found. */
package dev.orrery.benchmarks.report;
