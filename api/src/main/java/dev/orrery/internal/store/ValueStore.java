package dev.orrery.internal.store;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.lifecycle.HostProcesses;
import dev.orrery.internal.proto.ObjectUsage;
import dev.orrery.internal.proto.StoredValue;
import dev.orrery.internal.proto.Value;
import dev.orrery.internal.serial.StoredValues;
import dev.orrery.internal.serial.ValueCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
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

    private final String host;
    private final StorePlace memory;
    private final StorePlace disk;
    private final AtomicLong numbers = new AtomicLong();
    private final Map<String, Path> files = new ConcurrentHashMap<>();
    private volatile Consumer<String> onRemoval = name -> {};

    /** Where clients make their folders. */
    public static List<Path> parents() {
        return List.of(SHARED_MEMORY, DISK);
    }

    /** Of a process of this machine. */
    public ValueStore() {
        this(thisMachine());
    }

    /** @param host whoever is on the same reads its files */
    public ValueStore(String host) {
        this(host, SHARED_MEMORY, DISK, SHARE);
    }

    /** @param share of the size of what the first folder is on, that may be used */
    public ValueStore(String host, Path memory, Path disk, double share) {
        this.host = host;
        this.memory = new StorePlace(memory, share);
        this.disk = new StorePlace(disk, 1);
    }

    private static String thisMachine() {
        try {
            return HostProcesses.bootId();
        } catch (IOException e) {
            LOG.warn(
                    "this machine has no boot id, so its processes read no large values of each other: {}",
                    e.toString());
            return "process " + ProcessHandle.current().pid();
        }
    }

    public String host() {
        return host;
    }

    /** Told the name of each file that goes, on any thread. */
    public void onRemoval(Consumer<String> listener) {
        onRemoval = listener;
    }

    /** Copies; a tensor stays the caller's. Throws what the codec throws. */
    public KeptValue keep(String what, Object value, ValueCodec codec) {
        Value message = codec.toMessage(what, value, this::newFile);
        // Where it was closed meanwhile, the file is gone with its folder.
        return owned(message).orElseGet(() -> KeptValue.inHeap(message));
    }

    /** For a value of so many bytes, to be adopted once it is written; empty where there is no room. */
    public Optional<Path> newFile(long bytes) {
        return memory.folderFor(bytes).or(() -> disk.folderFor(bytes)).map(folder -> folder.resolve(newName()));
    }

    private String newName() {
        return "v" + numbers.incrementAndGet();
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

    /** As {@link #adopt}; empty for what is in no file of this store. */
    public Optional<KeptValue> adoptOwn(Value message) {
        return message.hasStored() ? owned(message) : Optional.empty();
    }

    private Optional<KeptValue> owned(Value message) {
        if (!message.hasStored()) {
            return Optional.of(KeptValue.inHeap(message));
        }
        return file(message.getStored())
                .map(file -> KeptValue.inFile(here(message, message.getStored().getPath()), file));
    }

    private Optional<StoredFile> file(StoredValue stored) {
        Path path = StoredValues.path(stored);
        long bytes = StoredValues.bytes(stored);
        return Stream.of(memory, disk)
                .filter(place -> place.holds(path))
                .findFirst()
                .map(place -> {
                    String name = StoredValues.name(stored);
                    files.put(name, path);
                    return place.file(path, bytes, () -> {
                        files.remove(name);
                        onRemoval.accept(name);
                    });
                });
    }

    private Value here(Value message, String path) {
        return Value.newBuilder()
                .setStored(message.getStored().toBuilder()
                        .setPath(path)
                        .setHost(host)
                        .clearKeeper())
                .build();
    }

    /** A file of this store that somebody still needs, by the last part of its path. */
    public Optional<Path> find(String name) {
        return Optional.ofNullable(files.get(name));
    }

    /** Whether this process reads it where it is: in the heap, or in a file that is there. */
    public boolean isHere(Value message) {
        return !message.hasStored()
                || (isThisHost(message.getStored().getHost()) && StoredValues.areHere(List.of(message)));
    }

    /** Whether the process that tells this host id shares files with this one. */
    public boolean isThisHost(String other) {
        return host.equals(other);
    }

    /** Where a result is stored for its owner, the first of these folders that has room; empty when none has, or is here. */
    public Optional<Path> folderOf(String owner, List<String> folders, long bytes) {
        return isThisHost(owner) ? StoreFolders.withRoom(folders, bytes) : Optional.empty();
    }

    /**
     * The same value in a file of this store's own: another name of that file, or a copy. Throws OBJECT_LOST when the file is not there, or
     * nothing has room for it.
     */
    public KeptValue duplicate(String what, Value message) {
        StoredValue stored = message.getStored();
        Path own = ownFile(what, StoredValues.path(stored), StoredValues.bytes(stored));
        return adopt(here(message, own.toString()));
    }

    private Path ownFile(String what, Path existing, long bytes) {
        String name = newName();
        Optional<Path> link = memory.link(existing, name).or(() -> disk.link(existing, name));
        if (link.isPresent()) {
            return link.get();
        }
        Path copy = newFile(bytes).orElseThrow(() -> noRoom(what, bytes));
        try {
            return Files.copy(existing, copy);
        } catch (IOException e) {
            throw OrreryException.of(
                    ErrorCode.OBJECT_LOST,
                    "%s was kept in %s, and cannot be copied: %s".formatted(what, existing, e),
                    e);
        }
    }

    /** Where neither the memory nor the disk takes a value. */
    public static OrreryException noRoom(String what, long bytes) {
        return OrreryException.of(
                ErrorCode.RESOURCE_EXHAUSTED,
                "there is no room for %s, of %d bytes, in %s and %s".formatted(what, bytes, SHARED_MEMORY, DISK));
    }

    /** A value that another process kept is in that one's file from now on, which is this store's. */
    public void move(KeptValue value, KeptValue duplicate) {
        value.moveTo(duplicate.message(), duplicate::release);
    }

    /** Removes what somebody may have stored who did not come to tell of it. */
    public void removeLeft(String name) {
        memory.removeLeft(name);
        disk.removeLeft(name);
    }

    /** Of the files that there are. */
    public ObjectUsage usage() {
        return ObjectUsage.newBuilder()
                .setFiles(files.size())
                .setMemoryBytes(memory.used())
                .setDiskBytes(disk.used())
                .build();
    }

    /** Idempotent. What is mapped stays so. */
    @Override
    public void close() {
        memory.close();
        disk.close();
    }
}
