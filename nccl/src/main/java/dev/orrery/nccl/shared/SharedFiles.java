package dev.orrery.nccl.shared;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.lifecycle.HostProcesses;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The names of the files that two members meet by. They carry the process that made them, so that what a killed process
 * left behind is recognised.
 */
public final class SharedFiles {
    private static final Logger log = LoggerFactory.getLogger(SharedFiles.class);
    private static final Pattern NAME =
            Pattern.compile("orrery-(\\d{1,10})-(\\d{1,18})-[0-9a-f-]+\\.(ring|bell|socket)");

    private SharedFiles() {}

    /** The names of a new pair of rings and of its bell. */
    record Names(Path ring, Path bell) {}

    static Names names(Path folder) throws IOException {
        String stem = stem();
        return new Names(folder.resolve(stem + ".ring"), folder.resolve(stem + ".bell"));
    }

    /** The name of a new socket that carries messages itself. */
    public static Path socket(Path folder) throws IOException {
        return folder.resolve(stem() + ".socket");
    }

    private static String stem() throws IOException {
        long pid = ProcessHandle.current().pid();
        long startTime =
                HostProcesses.startTime(pid).orElseThrow(() -> new IOException("cannot read when this process began"));
        return "orrery-" + pid + "-" + startTime + "-" + UUID.randomUUID();
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
        List<Path> removed = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "orrery-*")) {
            for (Path file : files) {
                Matcher name = NAME.matcher(file.getFileName().toString());
                if (name.matches()
                        && !HostProcesses.isAlive(Long.parseLong(name.group(1)), Long.parseLong(name.group(2)))
                        && remove(file)) {
                    removed.add(file);
                }
            }
        }
        return removed;
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
