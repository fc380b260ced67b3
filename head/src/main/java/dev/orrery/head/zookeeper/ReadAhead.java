package dev.orrery.head.zookeeper;

import dev.orrery.error.OrreryException;
import dev.orrery.head.store.StoredState;
import dev.orrery.internal.lifecycle.NamedThreads;
import dev.orrery.internal.time.NanoClock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All records, read while another head leads, so that a take-over need not read them again. Each commit counts one znode's version up, in
 * the same transaction: where that is still the same, nothing has changed since. Thread-safe.
 */
final class ReadAhead implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReadAhead.class);

    /** @param mark of the last commit before they were read; empty before the first, and where none is known */
    record Kept(StoredState state, String mark) {
        boolean isOf(String commit) {
            return !mark.isEmpty() && mark.equals(commit);
        }
    }

    /** Of the time that the last reading took: agents may miss a leader that others hear, and that goes on to commit. */
    private static final int PAUSES = 5;

    private final BlockingCalls calls;
    private final StorePaths paths;
    private final NanoClock clock;
    private final Duration timeout;
    private final BooleanSupplier follows;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(new NamedThreads("head-read-ahead"));
    private final AtomicBoolean due = new AtomicBoolean();
    private volatile Optional<Kept> kept = Optional.empty();
    /** Of its thread. */
    private long notBeforeNanos;

    /** @param follows whether another head leads, as far as this one knows */
    ReadAhead(BlockingCalls calls, StorePaths paths, NanoClock clock, Duration timeout, BooleanSupplier follows) {
        this.calls = calls;
        this.paths = paths;
        this.clock = clock;
        this.timeout = timeout;
        this.follows = follows;
        this.notBeforeNanos = clock.nanoTime();
    }

    /** Reads now, unless nothing has changed since the last time. Throws what reads throw. */
    StoredState read() {
        Deadline deadline = Deadline.after(clock, timeout);
        String before = mark(calls, paths, deadline);
        Optional<Kept> known = kept.filter(last -> last.isOf(before));
        if (known.isPresent()) {
            return known.get().state();
        }
        // What is committed meanwhile leaves another mark, so that this is not taken for what there is.
        StoredState state = new StateLoader(calls, paths, deadline).load();
        kept = Optional.of(new Kept(state, before));
        return state;
    }

    /** A take-over may be near: reads again, soon. */
    void readSoon() {
        if (!due.compareAndSet(false, true)) {
            return;
        }
        try {
            thread.execute(this::readIfFollowing);
        } catch (RejectedExecutionException e) {
            LOG.debug("closed, so nothing is read ahead");
        }
    }

    private void readIfFollowing() {
        due.set(false);
        long begin = clock.nanoTime();
        if (!follows.getAsBoolean() || begin - notBeforeNanos < 0) {
            return;
        }
        try {
            var unused = read();
        } catch (OrreryException e) {
            LOG.debug("nothing is read ahead: {}", e.getMessage());
        }
        long end = clock.nanoTime();
        notBeforeNanos = end + PAUSES * (end - begin);
    }

    /** What was read last; from now on whoever takes it has it alone. */
    Optional<Kept> take() {
        Optional<Kept> last = kept;
        kept = Optional.empty();
        return last;
    }

    /** The session is lost, and maybe what the store held: there another commit could have the same number. */
    void forget() {
        kept = Optional.empty();
    }

    /** That of the last commit; empty before the first. */
    static String mark(BlockingCalls calls, StorePaths paths, Deadline deadline) {
        OpResult read = calls.read(List.of(Op.getData(paths.lastCommit())), deadline, "read which commit was the last")
                .get(0);
        if (!(read instanceof OpResult.GetDataResult found) || found.getStat().getVersion() == 0) {
            return "";
        }
        return "%x-%d".formatted(found.getStat().getCzxid(), found.getStat().getVersion());
    }

    /** Does not wait for what is being read. */
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
