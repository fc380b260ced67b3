package dev.orrery.internal.store;

import dev.orrery.internal.lifecycle.ProcessFiles;
import dev.orrery.internal.proto.Value;
import dev.orrery.internal.serial.StoredValues;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The folders that clients keep values in. They carry the process that made them, so that what a killed one left is recognised. */
public final class StoreFolders {
    private static final Logger LOG = LoggerFactory.getLogger(StoreFolders.class);
    private static final Pattern NAME = ProcessFiles.names("objects");

    private StoreFolders() {}

    static Path create(Path parent) throws IOException {
        return Files.createDirectory(
                parent.resolve(ProcessFiles.stem() + ".objects"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    /** Where a run of a task stores a large result, in the folder of its owner. */
    public static String resultFile(String task, int attempt) {
        return task + "-" + attempt;
    }

    /** The first of a client's folders that is on this host and has room for so many bytes. */
    static Optional<Path> withRoom(List<String> folders, long bytes) {
        return folders.stream()
                .map(Path::of)
                .filter(StoreFolders::isHere)
                .filter(folder -> hasRoom(folder, bytes))
                .findFirst();
    }

    private static boolean hasRoom(Path folder, long bytes) {
        try {
            return Files.getFileStore(folder).getUsableSpace() >= bytes;
        } catch (IOException e) {
            // It went meanwhile.
            return false;
        }
    }

    /** Whether it is the folder of a client on this host. */
    static boolean isHere(Path folder) {
        Path name = folder.getFileName();
        return name != null
                && folder.isAbsolute()
                && NAME.matcher(name.toString()).matches()
                && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                && Files.isWritable(folder);
    }

    /** Whether it lies in such a folder of this host. */
    public static boolean isOfStore(Value message) {
        Path folder = StoredValues.path(message.getStored()).getParent();
        return folder != null && isHere(folder);
    }

    /** Of a stored value that nobody takes. */
    public static void discard(Value message) {
        if (message.hasStored()) {
            new StoredFile(StoredValues.path(message.getStored()), () -> {}).run();
        }
    }

    /** With all files in it. Returns whether it is gone. */
    static boolean remove(Path folder) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(folder);
            return true;
        } catch (IOException e) {
            LOG.warn("cannot remove the folder of stored values: {}", e.toString());
            return false;
        }
    }

    /**
     * Removes those of processes that do not live any more; returns what it removed. To be called by one who sees all processes of the
     * host that use the folder.
     */
    public static List<Path> sweep(Path parent) throws IOException {
        return ProcessFiles.sweep(
                parent, NAME, folder -> Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS) && remove(folder));
    }
}
