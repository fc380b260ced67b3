package dev.orrery.nccl.shared;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
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
    private static final Set<String> ENDED = Set.of("Z", "X");
    private static final int START_TIME_FIELD = 19;

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
        return "orrery-" + pid + "-" + startTime(Path.of("/proc/self")) + "-" + UUID.randomUUID();
    }

    /** When the process began, in clock ticks since the host began. */
    private static long startTime(Path process) throws IOException {
        return Long.parseLong(stat(process)[START_TIME_FIELD]);
    }

    /** From the state on. */
    private static String[] stat(Path process) throws IOException {
        String stat = Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
        // The name, in brackets, may contain anything.
        return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
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
                if (name.matches() && !lives(name.group(1), Long.parseLong(name.group(2))) && remove(file)) {
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

    private static boolean lives(String pid, long startTime) {
        try {
            String[] stat = stat(Path.of("/proc", pid));
            // What has ended and only waits for its parent to ask how has no memory any more.
            return !ENDED.contains(stat[0]) && Long.parseLong(stat[START_TIME_FIELD]) == startTime;
        } catch (IOException e) {
            // Not there, or it ended while it was looked at.
            return false;
        }
    }
}
