package dev.orrery.nccl.watchdog;

import dev.orrery.error.Failure;
import dev.orrery.nccl.watchdog.SilenceWindow.Limits;
import java.time.Duration;
import java.util.Optional;

/** Finds the operations with one peer that stand still although both sides are ready. Not thread-safe. */
public final class TransferWatch {
    /**
     * What happens in one direction.
     *
     * @param active whether something should move
     * @param progress grows whenever something moves
     */
    public record Movement(boolean active, long progress) {}

    private final String peer;
    private final Duration limit;
    private final ProgressWatch out;
    private final ProgressWatch in;

    /**
     * @param peer for people
     * @param tickInterval how often {@link #tick} is called
     */
    public TransferWatch(String peer, Duration limit, Duration tickInterval, long now) {
        this.peer = peer;
        this.limit = limit;
        Limits limits = new Limits(limit.toNanos(), tickInterval.toNanos());
        this.out = new ProgressWatch(limits, now);
        this.in = new ProgressWatch(limits, now);
    }

    /** What is to break the world, if anything. */
    public Optional<Failure> tick(Movement outgoing, Movement incoming, long now) {
        Optional<Failure> sending =
                out.tick(outgoing.active(), outgoing.progress(), now).map(stood -> failure("to", stood));
        Optional<Failure> receiving =
                in.tick(incoming.active(), incoming.progress(), now).map(stood -> failure("from", stood));
        return sending.or(() -> receiving);
    }

    private Failure failure(String direction, Duration stood) {
        return Failure.of(
                "deadline",
                "operation past its deadline: nothing moved %s %s for %d ms, although both sides are ready; the limit is %d ms"
                        .formatted(direction, peer, stood.toMillis(), limit.toMillis()));
    }
}
