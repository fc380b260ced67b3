package dev.orrery.internal.store;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A folder of a store, in memory or on the disk, that is made when it is needed, and how much of it is used. Thread-safe. */
final class StorePlace {
    private static final Logger LOG = LoggerFactory.getLogger(StorePlace.class);

    private final Path parent;
    private final double share;
    private final AtomicLong used = new AtomicLong();
    private Optional<Path> folder = Optional.empty();
    private long limit;
    private boolean closed;

    /** @param share of the size of what the parent is on, that may be used */
    StorePlace(Path parent, double share) {
        this.parent = parent;
        this.share = share;
    }

    /** Empty when it cannot be had. */
    private synchronized Optional<Path> folder() {
        if (folder.isEmpty() && !closed) {
            try {
                limit = (long) (Files.getFileStore(parent).getTotalSpace() * share);
                folder = Optional.of(StoreFolders.create(parent));
            } catch (IOException e) {
                LOG.warn("large values are not kept in {}: {}", parent, e.toString());
                closed = true;
            }
        }
        return folder;
    }

    /** Empty where there is no room for so many bytes more. */
    Optional<Path> folderFor(long bytes) {
        return folder().filter(there -> hasRoom(bytes));
    }

    private boolean hasRoom(long bytes) {
        try {
            FileStore store = Files.getFileStore(parent);
            return used.get() + bytes <= limit() && bytes <= store.getUsableSpace();
        } catch (IOException e) {
            LOG.warn("cannot see how much room {} has: {}", parent, e.toString());
            return false;
        }
    }

    private synchronized long limit() {
        return limit;
    }

    /** Bytes of the files in it. */
    long used() {
        return used.get();
    }

    /** Empty when as much is used as may be; does not ask the system. */
    Optional<Path> folderWithRoom() {
        return folder().filter(there -> used.get() < limit());
    }

    /**
     * Another name of a file that is there, which takes no room of its own; empty where it cannot have one here, as it lies on another
     * file system.
     */
    Optional<Path> link(Path existing, String name) {
        return folder().flatMap(there -> {
            try {
                return Optional.of(Files.createLink(there.resolve(name), existing));
            } catch (IOException | UnsupportedOperationException e) {
                LOG.debug("{} has no second name in {}", existing, there, e);
                return Optional.empty();
            }
        });
    }

    synchronized boolean holds(Path file) {
        return folder.filter(there -> there.equals(file.getParent())).isPresent();
    }

    /** @param onRemoval is told once that it is gone */
    StoredFile file(Path path, long bytes, Runnable onRemoval) {
        used.addAndGet(bytes);
        return new StoredFile(path, () -> {
            used.addAndGet(-bytes);
            onRemoval.run();
        });
    }

    synchronized void removeLeft(String name) {
        folder.ifPresent(there -> new StoredFile(there.resolve(name), () -> {}).run());
    }

    synchronized void close() {
        closed = true;
        folder.ifPresent(StoreFolders::remove);
        folder = Optional.empty();
    }
}
