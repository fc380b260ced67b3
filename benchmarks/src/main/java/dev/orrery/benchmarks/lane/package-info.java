/** Ways between two processes: a world, and the least that the media themselves need. */
package dev.orrery.benchmarks.lane;
