package dev.orrery.agent;

import dev.orrery.internal.store.StoreFolders;
import dev.orrery.nccl.shared.SharedFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what killed processes of this host left: rings, bells and sockets of worlds, and stored values. Any thread; waits for the
 * disk.
 */
final class SharedFilesSweep implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(SharedFilesSweep.class);

    /** Removes from a folder what ended processes left there, and returns it. */
    private interface Broom {
        List<Path> sweep(Path folder) throws IOException;
    }

    private final List<Path> worlds;
    private final List<Path> stores;

    /**
     * @param worlds where workers make files to meet by; they may be the same
     * @param stores where clients keep values
     */
    SharedFilesSweep(List<Path> worlds, List<Path> stores) {
        this.worlds = worlds.stream().distinct().toList();
        this.stores = stores.stream().distinct().toList();
    }

    @Override
    public void run() {
        worlds.forEach(folder -> sweep(folder, SharedFiles::sweep));
        stores.forEach(folder -> sweep(folder, StoreFolders::sweep));
    }

    private static void sweep(Path folder, Broom broom) {
        try {
            List<Path> removed = broom.sweep(folder);
            if (!removed.isEmpty()) {
                LOG.info("removed what ended processes left: {}", removed);
            }
        } catch (IOException e) {
            LOG.warn("cannot look for what ended processes left in {}: {}", folder, e.toString());
        }
    }
}
