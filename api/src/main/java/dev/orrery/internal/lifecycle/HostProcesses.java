package dev.orrery.internal.lifecycle;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What Linux tells of the processes of this host. One is known, as long as the host is up, by its pid and its start time,
 * which is in ticks since the boot: pids are used again, but not with the same start time.
 */
public final class HostProcesses {
    public static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    private static final Path PROC = Path.of("/proc");
    private static final String STATES_OF_THE_DEAD = "ZXx";
    /** Positions after the name: state is the third field of the line, the start time the twenty-second. */
    private static final int STATE = 0;

    private static final int START_TIME = 19;

    private HostProcesses() {}

    /** Another one after each boot. */
    public static String bootId() throws IOException {
        return Files.readString(BOOT_ID).strip();
    }

    /** Empty when there is no such process. */
    public static Optional<Long> startTime(long pid) {
        return stat(pid).map(fields -> Long.parseLong(fields[START_TIME]));
    }

    /** One that has ended and only waits for its parent to ask how is not. */
    public static boolean isAlive(long pid, long startTime) {
        return stat(pid)
                .filter(fields -> Long.parseLong(fields[START_TIME]) == startTime)
                .filter(fields -> STATES_OF_THE_DEAD.indexOf(fields[STATE].charAt(0)) < 0)
                .isPresent();
    }

    private static Optional<String[]> stat(long pid) {
        try {
            byte[] bytes = Files.readAllBytes(PROC.resolve(Long.toString(pid)).resolve("stat"));
            String line = new String(bytes, StandardCharsets.ISO_8859_1);
            // The name, in brackets, may contain anything.
            String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
            return fields.length > START_TIME ? Optional.of(fields) : Optional.empty();
        } catch (IOException e) {
            // No such process, or it ended during the read.
            return Optional.empty();
        }
    }
}
