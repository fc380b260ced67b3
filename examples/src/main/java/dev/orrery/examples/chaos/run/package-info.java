/** One run, from starting a cluster to the report. */
package dev.orrery.examples.chaos.run;
