package dev.orrery.gateway.core;

/**
 * A request as it came in.
 *
 * @param deadlineMillis what the client still has, from now; 0 for the pipeline's default
 * @param waiter who is told the outcome; a number of the caller's choice, used once
 */
public record Submission(ClientKey key, Payload payload, long deadlineMillis, long waiter) {}
