package dev.orrery.gateway.core;

import java.util.List;
import java.util.Optional;

/**
 * Lets one request after another travel alone: over replicas that have nothing else and get nothing else. While the next
 * one waits for replicas to become free they are reserved, so that it does not wait for ever; only one waits so at a time,
 * so that all others go on over the rest.
 */
final class Solitude {
    private List<ReplicaSlot> reserved = List.of();
    private Optional<Attempt> traveller = Optional.empty();

    /** Whether one is under way. What it left behind keeps its replicas by itself: {@link ReplicaSlot#isKept()}. */
    boolean isTaken() {
        return traveller.filter(attempt -> attempt.request().isCurrent(attempt)).isPresent();
    }

    /** In place of those that were reserved before. */
    void reserve(List<ReplicaSlot> replicas) {
        reserved.forEach(slot -> slot.reserve(false));
        reserved = replicas;
        reserved.forEach(slot -> slot.reserve(true));
    }

    void begin(Attempt attempt) {
        reserve(List.of());
        traveller = Optional.of(attempt);
    }
}
