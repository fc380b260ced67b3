/** Node agents that launch nothing: they talk with heads as real ones do, and tell of workers that are not there. */
package dev.orrery.benchmarks.control.agents;
