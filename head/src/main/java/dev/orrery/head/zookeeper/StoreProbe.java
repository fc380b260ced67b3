package dev.orrery.head.zookeeper;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.store.Change;
import dev.orrery.head.store.ClusterIdFile;
import dev.orrery.internal.time.NanoClock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Tells a ZooKeeper that is away from one that lost its data. The latter refuses a session that has seen more than it knows,
 * without saying so; only a stranger may look, or write.
 */
final class StoreProbe {
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final ZooKeeperSettings settings;
    private final StorePaths paths;
    private final ClusterIdFile file;
    private final NanoClock clock;

    StoreProbe(ZooKeeperSettings settings, StorePaths paths, ClusterIdFile file, NanoClock clock) {
        this.settings = settings;
        this.paths = paths;
        this.file = file;
        this.clock = clock;
    }

    /** That the store is lost; nothing when it is not, or cannot be asked. */
    Optional<OrreryException> lost() {
        return failure(calls -> {
                    new ClusterIdentity(calls, paths, file).check(Deadline.after(clock, TIMEOUT));
                    return true;
                })
                .filter(failure -> failure.code() == ErrorCode.STORE_LOST);
    }

    /** Why it could not be done; empty when it is. */
    Optional<OrreryException> writeBack(
            ZooKeeperClusterStore.Term last, HeadSelf self, List<Change.Create> records, Duration timeout) {
        return failure(calls -> {
            new StoreWriteBack(calls, paths).write(last, self, records, Deadline.after(clock, timeout));
            return true;
        });
    }

    /** Makes room for another cluster where part of one is left. Throws when it cannot. */
    void clear() {
        failure(calls -> {
                    Deadline deadline = Deadline.after(clock, settings.operationTimeout());
                    if (new ClusterIdentity(calls, paths, file)
                            .storedCluster(deadline)
                            .isEmpty()) {
                        new StoreWriteBack(calls, paths).clear(deadline);
                    }
                    return true;
                })
                .ifPresent(failure -> {
                    throw failure;
                });
    }

    /** UUID of the cluster that it holds; none when it holds none, or not all of one. Throws STORE_UNAVAILABLE. */
    Optional<String> cluster() {
        return asStranger(calls -> new ClusterIdentity(calls, paths, file)
                .storedCluster(Deadline.after(clock, settings.connectTimeout())));
    }

    private Optional<OrreryException> failure(Function<BlockingCalls, Boolean> what) {
        try {
            asStranger(what);
            return Optional.empty();
        } catch (OrreryException e) {
            return Optional.of(e);
        }
    }

    private <T> T asStranger(Function<BlockingCalls, T> what) {
        try (ZooKeeperSession stranger = new ZooKeeperSession(settings)) {
            stranger.start(new ZooKeeperSession.Listener() {
                @Override
                public void connected() {}

                @Override
                public void suspended() {}

                @Override
                public void lost() {}
            });
            return what.apply(new BlockingCalls(stranger, clock));
        }
    }
}
