package dev.orrery.head.zookeeper;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.store.Change;
import dev.orrery.head.store.LeadershipListener;
import dev.orrery.head.zookeeper.ZooKeeperClusterStore.Term;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Notices that ZooKeeper holds this head's cluster no more, and writes it back where this head may. Blocks. */
final class LostStore {
    private static final Logger LOG = LoggerFactory.getLogger(LostStore.class);

    /** @param trouble what is still wrong */
    record Outcome(boolean wasLost, Optional<OrreryException> trouble) {}

    private final StoreProbe probe;
    private final HeadSelf self;
    private final Duration timeout;

    LostStore(StoreProbe probe, HeadSelf self, Duration timeout) {
        this.probe = probe;
        this.self = self;
        this.timeout = timeout;
    }

    /** @param last this head's leadership after which no other one is known */
    Outcome recover(Optional<Term> last, LeadershipListener listener) {
        Optional<OrreryException> lost = probe.lost();
        if (lost.isEmpty() || last.isEmpty()) {
            return new Outcome(lost.isPresent(), lost);
        }
        try {
            Optional<List<Change.Create>> records =
                    listener.survivors(last.get().epoch()).get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            return new Outcome(
                    true,
                    records.isPresent()
                            ? writeBack(last.get(), records.get())
                            : Optional.of(mayNot(lost.get(), last.get())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Outcome(true, lost);
        } catch (ExecutionException | TimeoutException e) {
            return new Outcome(
                    true,
                    Optional.of(
                            OrreryException.of(ErrorCode.STORE_LOST, lost.get().getMessage(), e)));
        }
    }

    private Optional<OrreryException> writeBack(Term last, List<Change.Create> records) {
        Optional<OrreryException> failure = probe.writeBack(last, self, records, timeout);
        if (failure.isEmpty()) {
            LOG.warn(
                    "the store was lost; wrote cluster {} back: {} records of epoch {}",
                    last.cluster(),
                    records.size(),
                    last.epoch());
        }
        return failure;
    }

    private static OrreryException mayNot(OrreryException lost, Term last) {
        return OrreryException.of(
                ErrorCode.STORE_LOST,
                "%s; this head led in epoch %d, but most nodes do not follow it, so it does not write back what it knows"
                        .formatted(lost.getMessage(), last.epoch()));
    }
}
