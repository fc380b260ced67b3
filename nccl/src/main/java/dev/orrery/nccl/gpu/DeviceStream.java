package dev.orrery.nccl.gpu;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.time.NanoClock;
import dev.orrery.nccl.device.DeviceStep;
import dev.orrery.nccl.device.DeviceWork;
import dev.orrery.nccl.device.EventPoller;
import dev.orrery.nccl.device.NativeCallException;
import dev.orrery.nccl.device.NativeStream;
import dev.orrery.nccl.device.NcclCalls.Combination;
import dev.orrery.nccl.gpu.Turn.Collective;
import dev.orrery.nccl.gpu.Turn.Transfer;
import dev.orrery.nccl.spi.Membership;
import dev.orrery.nccl.watchdog.ProgressWatch;
import dev.orrery.nccl.watchdog.SilenceWindow.Limits;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Device;
import dev.orrery.world.ReduceOperation;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The operations of one world on this member's device: they wait for their turn, are put into the world's stream, and end when
 * the device has done them. All but {@link DeviceWork}'s methods on the control thread.
 */
final class DeviceStream implements DeviceWork {
    /** On the control thread. */
    interface Events {
        /** This member is ready for what another one offered. */
        void onWanted(Transfer transfer);

        /** This member has heard that all have called it. */
        void onCalled(Collective collective);

        void onFailed(Failure cause);

        /** The device is lost to this process. */
        void onStuck(Failure cause);

        /** Something ended; perhaps nothing is left. */
        void onLess();
    }

    private static final class Posted {
        private final String what;
        private final DeviceStep step;
        private final Ended ended;
        private final AtomicBoolean over = new AtomicBoolean();
        /** The poller tells its end. */
        private volatile boolean watched;

        Posted(String what, DeviceStep step, Ended ended) {
            this.what = what;
            this.step = step;
            this.ended = ended;
        }

        void end(Optional<OrreryException> failure) {
            if (over.compareAndSet(false, true)) {
                ended.onEnded(failure);
            }
        }
    }

    private final Membership membership;
    private final NcclBackend.Parts parts;
    private final NcclGroup group;
    private final Events events;
    private final Turns<Posted> turns = new Turns<>();
    private final Set<Posted> inStream = new HashSet<>();
    private final AtomicLong done = new AtomicLong();
    private final ProgressWatch watch;
    private volatile Optional<OrreryException> ended = Optional.empty();
    private boolean abandoned;

    DeviceStream(Membership membership, NcclBackend.Parts parts, NcclGroup group, Events events) {
        this.membership = membership;
        this.parts = parts;
        this.group = group;
        this.events = events;
        this.watch = new ProgressWatch(
                new Limits(
                        parts.options().operationTimeout().toNanos(),
                        parts.tickInterval().toNanos()),
                NanoClock.SYSTEM.nanoTime());
    }

    @Override
    public Device device() {
        return parts.gpu();
    }

    @Override
    public Optional<Combination> combination(DataType type, ReduceOperation operation) {
        return parts.nccl().combination(type, operation);
    }

    @Override
    public void offer(int peer, long number, DeviceStep step, Ended told) {
        Transfer transfer = new Transfer(membership.rank(), peer, number);
        admit(transfer, new Posted("send to " + membership.describe(peer), step, told), () -> {});
    }

    @Override
    public void accept(int peer, long number, DeviceStep step, Ended told) {
        Transfer transfer = new Transfer(peer, membership.rank(), number);
        Posted operation = new Posted("receive from " + membership.describe(peer), step, told);
        admit(transfer, operation, () -> events.onWanted(transfer));
    }

    @Override
    public void collective(long sequence, DeviceStep step, Ended told) {
        Collective collective = new Collective(sequence);
        admit(collective, new Posted("operation " + sequence, step, told), () -> {
            events.onCalled(collective);
            postWhatCan();
        });
    }

    private void admit(Turn turn, Posted operation, Runnable then) {
        onControl(operation, () -> {
            turns.ready(turn, operation);
            then.run();
        });
    }

    @Override
    public void alone(DeviceStep step, Ended told) {
        Posted operation = new Posted("copy", step, told);
        onControl(operation, () -> post(operation));
    }

    private void onControl(Posted operation, Runnable task) {
        boolean isTaken = parts.control().execute(() -> {
            if (ended.isPresent()) {
                operation.end(ended);
            } else {
                task.run();
            }
        });
        if (!isTaken) {
            // Closed, after all worlds ended.
            operation.end(ended.or(() ->
                    Optional.of(OrreryException.of(ErrorCode.UNAVAILABLE, "the worlds of this process are closed"))));
        }
    }

    @Override
    public void withdraw(int peer, long number, OrreryException why) {
        parts.control().execute(() -> {
            turns.withdraw(new Transfer(membership.rank(), peer, number)).ifPresent(it -> it.end(Optional.of(why)));
            events.onLess();
        });
    }

    /** Rank 0 says so. */
    void give(Turn turn) {
        if (ended.isPresent()) {
            return;
        }
        if (turn instanceof Transfer && !turns.isReady(turn)) {
            events.onFailed(Failure.of(
                    "protocol", membership.describe(0) + " gave a turn for what this member has not: " + turn));
            return;
        }
        turns.give(turn);
        postWhatCan();
    }

    private void postWhatCan() {
        turns.next().forEach(this::post);
    }

    private void post(Posted operation) {
        inStream.add(operation);
        group.post(operation.what, operation.step::post, stream -> watch(operation, stream));
    }

    private void watch(Posted operation, NativeStream stream) {
        operation.watched = true;
        try {
            parts.poller().watch(parts.gpu(), stream, new Watcher(operation));
        } catch (NativeCallException e) {
            operation.watched = false;
            throw e;
        }
    }

    private final class Watcher implements EventPoller.Watcher {
        private final Posted operation;

        Watcher(Posted operation) {
            this.operation = operation;
        }

        @Override
        public void check() {
            group.check();
        }

        /** After an abort it has ended too, but not as it should have. */
        @Override
        public void reached() {
            operation.end(ended);
            done.incrementAndGet();
            parts.control().execute(() -> forget(operation));
        }

        @Override
        public void failed(NativeCallException why) {
            parts.control().execute(() -> {
                Failure cause = why.failure().causing(Failure.of("operation", operation.what));
                events.onFailed(cause);
                if (why.isFatal()) {
                    events.onStuck(cause);
                }
                operation.watched = false;
                if (abandoned) {
                    operation.end(ended);
                    forget(operation);
                }
            });
        }
    }

    private void forget(Posted operation) {
        inStream.remove(operation);
        events.onLess();
    }

    boolean isIdle() {
        return turns.isEmpty() && inStream.isEmpty();
    }

    /** Nothing new begins; what waits for its turn fails, what is in the stream ends when {@link #abandon} was called. */
    void end(OrreryException why) {
        if (ended.isEmpty()) {
            ended = Optional.of(why);
        }
        List<Posted> left = turns.clear();
        left.forEach(operation -> operation.end(Optional.of(why)));
    }

    /** What waits for its turn is given up; what is in the stream goes on. */
    void cut(OrreryException why) {
        turns.clear().forEach(operation -> operation.end(Optional.of(why)));
        events.onLess();
    }

    /** NCCL does nothing any more: what the poller does not see any more ends here. */
    void abandon() {
        abandoned = true;
        for (Posted operation : List.copyOf(inStream)) {
            if (!operation.watched) {
                operation.end(ended);
                inStream.remove(operation);
            }
        }
        events.onLess();
    }

    /** Looks for what stands still. */
    void tick() {
        Optional<Duration> stood = watch.tick(!inStream.isEmpty(), done.get(), NanoClock.SYSTEM.nanoTime());
        stood.ifPresent(time -> events.onFailed(Failure.of(
                "deadline",
                "operation past its deadline: %s on %s did not end for %d ms, although all sides are ready; the limit is %d ms"
                        .formatted(
                                inStream.iterator().next().what,
                                parts.gpu(),
                                time.toMillis(),
                                parts.options().operationTimeout().toMillis()))));
    }
}
