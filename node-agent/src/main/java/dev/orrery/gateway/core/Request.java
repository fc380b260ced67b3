package dev.orrery.gateway.core;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** An accepted request, from its acceptance to its outcome. Queued when it has no current attempt. */
final class Request {
    private final long id;
    private final ClientKey key;
    private final Payload payload;
    private final long acceptedNanos;
    private final long deadlineNanos;
    private final Set<Long> waiters = new LinkedHashSet<>();
    private final List<String> causes = new ArrayList<>();
    private final Suspicion suspicion = new Suspicion();
    private int attempts;
    private Optional<Attempt> current = Optional.empty();

    Request(long id, Submission submission, long acceptedNanos, long deadlineNanos) {
        this.id = id;
        this.key = submission.key();
        this.payload = submission.payload();
        this.acceptedNanos = acceptedNanos;
        this.deadlineNanos = deadlineNanos;
        this.waiters.add(submission.waiter());
    }

    long id() {
        return id;
    }

    ClientKey key() {
        return key;
    }

    Payload payload() {
        return payload;
    }

    long acceptedNanos() {
        return acceptedNanos;
    }

    long deadlineNanos() {
        return deadlineNanos;
    }

    Set<Long> waiters() {
        return waiters;
    }

    /** Why it was replayed, in order. */
    List<String> causes() {
        return causes;
    }

    Suspicion suspicion() {
        return suspicion;
    }

    /** How often it was sent. */
    int attempts() {
        return attempts;
    }

    Optional<Attempt> current() {
        return current;
    }

    boolean isCurrent(Attempt attempt) {
        return current.isPresent() && current.get() == attempt;
    }

    boolean isCurrent(int attempt) {
        return current.isPresent() && current.get().number() == attempt;
    }

    Attempt sentOver(PathPicker.Path path, boolean alone) {
        attempts++;
        Attempt attempt = new Attempt(this, attempts, path, alone);
        current = Optional.of(attempt);
        return attempt;
    }

    /** Its attempt is waited for no longer. */
    void supersede() {
        current = Optional.empty();
    }
}
