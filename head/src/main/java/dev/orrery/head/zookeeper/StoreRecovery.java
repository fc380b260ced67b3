package dev.orrery.head.zookeeper;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.store.ClusterIdFile;
import dev.orrery.internal.time.NanoClock;
import java.nio.file.Path;
import java.util.Optional;

/** What an operator may decide when ZooKeeper does not hold a head's cluster any more. The head does not run. */
public final class StoreRecovery {
    private final ClusterIdFile file;
    private final StoreProbe probe;
    private final StorePaths paths;

    public StoreRecovery(ZooKeeperSettings settings, String cluster, Path dataDir) {
        this.file = new ClusterIdFile(dataDir);
        this.paths = new StorePaths(cluster);
        this.probe = new StoreProbe(settings, paths, file, NanoClock.SYSTEM);
    }

    /**
     * What {@link #beginAnew} would do, in words. Throws INVALID_ARGUMENT when there is nothing to decide: ZooKeeper holds the
     * head's cluster, or the head never knew one; STORE_UNAVAILABLE.
     */
    public String consequence() {
        Optional<String> known = file.read();
        Optional<String> stored = probe.cluster();
        if (stored.isPresent() && known.equals(stored)) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT,
                    "nothing is lost: ZooKeeper holds cluster %s at %s; start the head"
                            .formatted(stored.get(), paths.root()));
        }
        String forgets = known.map(id -> "this head (%s) forgets cluster %s".formatted(file, id))
                .orElse("this head knows no cluster");
        String begins = stored.map(id -> "joins cluster " + id + ", which ZooKeeper holds at " + paths.root())
                .orElse("begins an empty cluster at " + paths.root()
                        + ", where what is left of the lost one is deleted");
        return forgets + ", and when it is started " + begins;
    }

    /** The head forgets its cluster; where ZooKeeper holds no whole one, what is left there is deleted. */
    public void beginAnew() {
        if (probe.cluster().isEmpty()) {
            probe.clear();
        }
        file.forget();
    }
}
