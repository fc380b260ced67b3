package dev.orrery.internal.store;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.StoredValue;
import dev.orrery.internal.proto.Value;
import dev.orrery.internal.serial.StoredValues;
import dev.orrery.internal.serial.ValueCodec;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The values of one client. Large ones lie in files, where every process of the host reads them in place: in shared memory up to a
 * limit, on the disk beyond it. All go when it closes. Thread-safe.
 */
public final class ValueStore implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ValueStore.class);
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");
    private static final Path DISK = Path.of(System.getProperty("java.io.tmpdir"));

    /** Of the shared memory that the host has, for one client. */
    private static final double SHARE = 0.3;

    private final Place memory;
    private final Place disk;
    private final AtomicLong numbers = new AtomicLong();

    /** A folder that is made when it is needed. */
    private static final class Place {
        private final Path parent;
        private final double share;
        private final AtomicLong used = new AtomicLong();
        private Optional<Path> folder = Optional.empty();
        private long limit;
        private boolean closed;

        Place(Path parent, double share) {
            this.parent = parent;
            this.share = share;
        }

        /** Empty when it cannot be had. */
        synchronized Optional<Path> folder() {
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

        /** Empty when as much is used as may be; does not ask the system. */
        Optional<Path> folderWithRoom() {
            return folder().filter(there -> used.get() < limit());
        }

        synchronized boolean holds(Path file) {
            return folder.filter(there -> there.equals(file.getParent())).isPresent();
        }

        StoredFile file(Path path, long bytes) {
            used.addAndGet(bytes);
            return new StoredFile(path, bytes, freed -> used.addAndGet(-freed));
        }

        synchronized void removeLeft(String name) {
            folder.ifPresent(there -> file(there.resolve(name), 0).remove());
        }

        synchronized void close() {
            closed = true;
            folder.ifPresent(StoreFolders::remove);
            folder = Optional.empty();
        }
    }

    /** Where clients make their folders. */
    public static List<Path> parents() {
        return List.of(SHARED_MEMORY, DISK);
    }

    public ValueStore() {
        this(SHARED_MEMORY, DISK, SHARE);
    }

    /** @param share of the size of what the first folder is on, that may be used */
    ValueStore(Path memory, Path disk, double share) {
        this.memory = new Place(memory, share);
        this.disk = new Place(disk, 1);
    }

    /** Copies; a tensor stays the caller's. Throws what the codec throws. */
    public KeptValue keep(String what, Object value, ValueCodec codec) {
        Value message = codec.toMessage(what, value, this::newFile);
        // Where it was closed meanwhile, the file is gone with its folder.
        return owned(message).orElseGet(() -> KeptValue.inHeap(message));
    }

    private Optional<Path> newFile(long bytes) {
        return memory.folderFor(bytes)
                .or(() -> disk.folderFor(bytes))
                .map(folder -> folder.resolve("v" + numbers.incrementAndGet()));
    }

    /** Where others on this host may store values for this client, the best first: it adopts them then. Where there is room. */
    public List<Path> folders() {
        return Stream.of(memory.folderWithRoom(), disk.folderWithRoom())
                .flatMap(Optional::stream)
                .toList();
    }

    /**
     * What came from elsewhere, or was stored for this client, which removes the file from then on. Throws PROTOCOL for a file that is not
     * in its folders: nobody was asked to store anything there.
     */
    public KeptValue adopt(Value message) {
        return owned(message)
                .orElseThrow(() -> OrreryException.of(
                        ErrorCode.PROTOCOL,
                        "a value was stored in " + message.getStored().getPath() + ", where this client keeps none"));
    }

    private Optional<KeptValue> owned(Value message) {
        if (!message.hasStored()) {
            return Optional.of(KeptValue.inHeap(message));
        }
        StoredValue stored = message.getStored();
        Path path = StoredValues.path(stored);
        long bytes = StoredValues.bytes(stored);
        return Stream.of(memory, disk)
                .filter(place -> place.holds(path))
                .findFirst()
                .map(place -> KeptValue.inFile(message, place.file(path, bytes)));
    }

    /** Removes what somebody may have stored who did not come to tell of it. */
    public void removeLeft(String name) {
        memory.removeLeft(name);
        disk.removeLeft(name);
    }

    /** Idempotent. What is mapped stays so. */
    @Override
    public void close() {
        memory.close();
        disk.close();
    }
}
