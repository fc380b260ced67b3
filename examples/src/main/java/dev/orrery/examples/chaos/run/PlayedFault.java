package dev.orrery.examples.chaos.run;

import dev.orrery.examples.chaos.plan.Fault;
import java.util.Optional;

/**
 * A fault as it was done.
 *
 * @param begunNanos by {@link System#nanoTime()}
 * @param healedNanos when it was undone
 * @param skipped why it was not done at all
 */
record PlayedFault(Fault fault, long begunNanos, long healedNanos, Optional<String> skipped) {}
