package dev.orrery.examples.chaos.check;

/**
 * A promise that did not hold.
 *
 * @param rule which
 * @param what happened, in words
 * @param fromNanos when it began, by {@link System#nanoTime()}
 * @param toNanos when it was over
 */
public record Violation(String rule, String what, long fromNanos, long toNanos) {}
