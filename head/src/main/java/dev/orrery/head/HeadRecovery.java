package dev.orrery.head;

import dev.orrery.head.zookeeper.StoreRecovery;
import dev.orrery.internal.config.ClusterConfig;
import dev.orrery.internal.config.Config;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Decides for a head that does not run, and whose cluster ZooKeeper does not hold any more. */
public final class HeadRecovery implements AutoCloseable {
    private final DataDirectory data;
    private final StoreRecovery recovery;

    public HeadRecovery(Config config) {
        this.data = new DataDirectory(config.get(HeadConfig.DATA_DIR));
        this.recovery = new StoreRecovery(HeadConfig.zooKeeper(config), config.get(ClusterConfig.NAME), data.path());
    }

    /** Throws INVALID_CONFIG when the head runs; keeps it from being started until this is closed. */
    public void start() {
        data.lock();
    }

    /** In words; changes nothing. Throws INVALID_ARGUMENT when nothing is lost. */
    public String consequence() {
        return recovery.consequence();
    }

    public void beginAnew() {
        recovery.beginAnew();
    }

    @Override
    public void close() {
        try {
            data.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
