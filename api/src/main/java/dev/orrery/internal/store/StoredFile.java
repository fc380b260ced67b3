package dev.orrery.internal.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file of one value. Removed once; whoever has mapped it keeps what he has. */
final class StoredFile implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(StoredFile.class);

    private final Path path;
    private final Runnable onRemoval;
    private final AtomicBoolean removed = new AtomicBoolean();

    /** @param onRemoval is told once that it is gone */
    StoredFile(Path path, Runnable onRemoval) {
        this.path = path;
        this.onRemoval = onRemoval;
    }

    /** Removes it. Idempotent. */
    @Override
    public void run() {
        if (!removed.compareAndSet(false, true)) {
            return;
        }
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            LOG.warn("cannot remove a stored value: {}", e.toString());
        }
        onRemoval.run();
    }
}
