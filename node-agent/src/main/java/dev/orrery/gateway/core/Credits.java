package dev.orrery.gateway.core;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Attempts that hold credit somewhere, by request and number. Credit comes back on an answer, an acknowledged cancel, a
 * refusal or failure, or with the end of the replica's link: never on a guess.
 */
final class Credits {
    record Key(long request, int attempt) {
        static Key of(Attempt attempt) {
            return new Key(attempt.request().id(), attempt.number());
        }
    }

    private final Map<Key, Attempt> attempts = new HashMap<>();

    void take(Attempt attempt) {
        attempts.put(Key.of(attempt), attempt);
        attempt.replicas().forEach(slot -> slot.acquire(attempt));
    }

    Optional<Attempt> find(long request, int attempt) {
        return Optional.ofNullable(attempts.get(new Key(request, attempt)));
    }

    /** The replica at this position has certainly done with the attempt. */
    void returnAt(Attempt attempt, int index) {
        attempt.replicas().get(index).release(attempt);
        forgetIfFree(attempt);
    }

    /** As has every one before it, for it had to pass those. */
    void returnThrough(Attempt attempt, int index) {
        attempt.replicas().subList(0, index + 1).forEach(slot -> slot.release(attempt));
        forgetIfFree(attempt);
    }

    void returnAll(Attempt attempt) {
        attempt.replicas().forEach(slot -> slot.release(attempt));
        attempts.remove(Key.of(attempt));
    }

    /** The replica is gone, and with it what it held. */
    void returnOf(ReplicaSlot slot) {
        for (Attempt attempt : slot.holding()) {
            slot.release(attempt);
            forgetIfFree(attempt);
        }
    }

    int attemptsHolding() {
        return attempts.size();
    }

    private void forgetIfFree(Attempt attempt) {
        if (attempt.heldAt().isEmpty()) {
            attempts.remove(Key.of(attempt));
        }
    }
}
