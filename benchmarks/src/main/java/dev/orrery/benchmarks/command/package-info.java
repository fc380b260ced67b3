/** What the harness tells participants, and what they reply: one JSON object a line. */
package dev.orrery.benchmarks.command;
