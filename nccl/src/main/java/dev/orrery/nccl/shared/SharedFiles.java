package dev.orrery.nccl.shared;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.lifecycle.ProcessFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The names of the files that two members meet by. They carry the process that made them, so that what a killed process
 * left behind is recognised.
 */
public final class SharedFiles {
    private static final Logger log = LoggerFactory.getLogger(SharedFiles.class);
    private static final Pattern NAME = ProcessFiles.names("ring|bell|socket");

    private static final int QUOTED = 200;

    /** A socket's whole path has at most 107 bytes on Linux, and the longest name here about 70. */
    public static final int LONGEST_FOLDER_BYTES = 36;

    private SharedFiles() {}

    /** What a name stands for: how it ends. */
    public enum Kind {
        RING,
        BELL,
        SOCKET;

        private String ending() {
            return "." + name().toLowerCase(Locale.ROOT);
        }
    }

    /** The names of a new pair of rings and of its bell. */
    record Names(Path ring, Path bell) {}

    static Names names(Path folder) throws IOException {
        String stem = ProcessFiles.stem();
        return new Names(folder.resolve(stem + Kind.RING.ending()), folder.resolve(stem + Kind.BELL.ending()));
    }

    /** The name of a new socket that carries messages itself. */
    public static Path socket(Path folder) throws IOException {
        return folder.resolve(ProcessFiles.stem() + Kind.SOCKET.ending());
    }

    /**
     * Where that is which a peer says it has made: in this process's folder and nowhere else. Throws PROTOCOL for what is
     * no such name, and UNAVAILABLE when the peer uses another folder.
     */
    public static Path offered(Path folder, String text, Kind kind) {
        Path path;
        try {
            path = Path.of(text);
        } catch (InvalidPathException e) {
            throw OrreryException.of(ErrorCode.PROTOCOL, "'" + quoted(text) + "' is no path", e);
        }
        Path name = path.getFileName();
        if (name == null
                || !NAME.matcher(name.toString()).matches()
                || !name.toString().endsWith(kind.ending())) {
            throw OrreryException.of(
                    ErrorCode.PROTOCOL,
                    "'%s' is not the name of a %s"
                            .formatted(quoted(text), kind.name().toLowerCase(Locale.ROOT)));
        }
        if (!folder.equals(path.getParent())) {
            throw OrreryException.of(
                    ErrorCode.UNAVAILABLE,
                    "the peer uses %s, and this process only %s: all processes of a host need the same folder"
                            .formatted(quoted(String.valueOf(path.getParent())), folder));
        }
        return folder.resolve(name);
    }

    private static String quoted(String text) {
        String printable = text.replaceAll("\\p{Cntrl}", "?");
        return printable.length() <= QUOTED ? printable : printable.substring(0, QUOTED) + "…";
    }

    /** Takes a name away; what it names lives on as long as it is in use. */
    public static void removeName(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw OrreryException.of(ErrorCode.UNAVAILABLE, "cannot remove " + path + ": " + e, e);
        }
    }

    /**
     * Removes what processes left that do not live any more; returns what it removed. To be called by one who sees all
     * processes of the host that use the folder.
     */
    public static List<Path> sweep(Path folder) throws IOException {
        return ProcessFiles.sweep(folder, NAME, SharedFiles::remove);
    }

    /** One that cannot be removed, for example another user's, keeps no other from it. */
    private static boolean remove(Path file) {
        try {
            return Files.deleteIfExists(file);
        } catch (IOException e) {
            log.warn("cannot remove what an ended process left: {}", e.toString());
            return false;
        }
    }
}
