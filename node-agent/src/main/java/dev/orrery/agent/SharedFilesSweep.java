package dev.orrery.agent;

import dev.orrery.internal.store.StoreFolders;
import dev.orrery.nccl.shared.SharedFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what killed processes of this host left: rings, bells and sockets of worlds, and stored values. Any thread; waits for the
 * disk.
 */
final class SharedFilesSweep implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(SharedFilesSweep.class);

    private final List<Path> folders;

    /** @param folders where workers make them; they may be the same */
    SharedFilesSweep(List<Path> folders) {
        this.folders = folders.stream().distinct().toList();
    }

    @Override
    public void run() {
        folders.forEach(SharedFilesSweep::sweep);
    }

    private static void sweep(Path folder) {
        try {
            List<Path> removed = new ArrayList<>(SharedFiles.sweep(folder));
            removed.addAll(StoreFolders.sweep(folder));
            if (!removed.isEmpty()) {
                LOG.info("removed what ended processes left: {}", removed);
            }
        } catch (IOException e) {
            LOG.warn("cannot look for what ended processes left in {}: {}", folder, e.toString());
        }
    }
}
