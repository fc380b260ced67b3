package dev.orrery.agent;

import dev.orrery.nccl.shared.SharedFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes the files of shared memory that killed workers of this host left. Any thread; waits for the disk. */
final class SharedMemorySweep implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(SharedMemorySweep.class);

    private final Path folder;

    /** @param folder where workers make them */
    SharedMemorySweep(Path folder) {
        this.folder = folder;
    }

    @Override
    public void run() {
        try {
            List<Path> removed = SharedFiles.sweep(folder);
            if (!removed.isEmpty()) {
                LOG.info("removed what ended processes left of shared memory: {}", removed);
            }
        } catch (IOException e) {
            LOG.warn("cannot look for what ended processes left in {}: {}", folder, e.toString());
        }
    }
}
