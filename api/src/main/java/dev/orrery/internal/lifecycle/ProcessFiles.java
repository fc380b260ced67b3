package dev.orrery.internal.lifecycle;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Files whose names carry the process that made them, so that what a killed process left behind is recognised. */
public final class ProcessFiles {
    private ProcessFiles() {}

    /** What a name of this process begins with: another one each time. */
    public static String stem() throws IOException {
        long pid = ProcessHandle.current().pid();
        long startTime =
                HostProcesses.startTime(pid).orElseThrow(() -> new IOException("cannot read when this process began"));
        return "orrery-" + pid + "-" + startTime + "-" + UUID.randomUUID();
    }

    /** @param endings a regular expression of what follows a stem and a dot */
    public static Pattern names(String endings) {
        return Pattern.compile("orrery-(\\d{1,10})-(\\d{1,18})-[0-9a-f-]+\\.(" + endings + ")");
    }

    /**
     * Removes what processes left that do not live any more; returns what it removed. To be called by one who sees all
     * processes of the host that use the folder.
     *
     * @param names as {@link #names} gives them
     * @param remove tells whether it is gone
     */
    public static List<Path> sweep(Path folder, Pattern names, Predicate<Path> remove) throws IOException {
        List<Path> removed = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "orrery-*")) {
            for (Path file : files) {
                Matcher name = names.matcher(file.getFileName().toString());
                if (name.matches()
                        && !HostProcesses.isAlive(Long.parseLong(name.group(1)), Long.parseLong(name.group(2)))
                        && remove.test(file)) {
                    removed.add(file);
                }
            }
        }
        return removed;
    }
}
