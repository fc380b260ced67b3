package dev.orrery.head.zookeeper;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.store.ClusterIdFile;
import dev.orrery.internal.time.NanoClock;
import java.time.Duration;
import java.util.Optional;

/**
 * Tells a ZooKeeper that is away from one that lost its data. The latter refuses a session that has seen more than it knows,
 * for ever and without saying so; only a stranger may look.
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
        try (ZooKeeperSession stranger = new ZooKeeperSession(settings)) {
            stranger.start(new ZooKeeperSession.Listener() {
                @Override
                public void connected() {}

                @Override
                public void suspended() {}

                @Override
                public void lost() {}
            });
            new ClusterIdentity(new BlockingCalls(stranger, clock), paths, file).check(Deadline.after(clock, TIMEOUT));
            return Optional.empty();
        } catch (OrreryException e) {
            return e.code() == ErrorCode.STORE_LOST ? Optional.of(e) : Optional.empty();
        }
    }
}
