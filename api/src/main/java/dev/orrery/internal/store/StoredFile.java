package dev.orrery.internal.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file of one value. Removed once; whoever has mapped it keeps what he has. */
final class StoredFile {
    private static final Logger LOG = LoggerFactory.getLogger(StoredFile.class);

    private final Path path;
    private final long bytes;
    private final LongConsumer onRemoval;
    private final AtomicBoolean removed = new AtomicBoolean();

    /** @param onRemoval is told how many bytes are free again */
    StoredFile(Path path, long bytes, LongConsumer onRemoval) {
        this.path = path;
        this.bytes = bytes;
        this.onRemoval = onRemoval;
    }

    /** Idempotent. */
    void remove() {
        if (!removed.compareAndSet(false, true)) {
            return;
        }
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            LOG.warn("cannot remove a stored value: {}", e.toString());
        }
        onRemoval.accept(bytes);
    }
}
