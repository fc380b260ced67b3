package dev.orrery.internal.lifecycle;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

    private static final int SESSION = 3;
    private static final int THREADS = 17;
    private static final int START_TIME = 19;

    private HostProcesses() {}

    /**
     * One line of the table of processes.
     *
     * @param session the pid of the process that began the session it belongs to; not used again while one of it is there
     * @param alive false for one that has ended and only waits for its parent to ask how
     */
    public record Entry(long pid, long session, long startTime, boolean alive) {}

    /** Those that are there now; one that begins or ends meanwhile may be missing. */
    public static List<Entry> all() throws IOException {
        String[] names = PROC.toFile().list();
        if (names == null) {
            throw new IOException("cannot list " + PROC);
        }
        List<Entry> all = new ArrayList<>();
        for (String name : names) {
            if (Character.isDigit(name.charAt(0))) {
                long pid = Long.parseLong(name);
                stat(pid)
                        .ifPresent(fields -> all.add(new Entry(
                                pid,
                                Long.parseLong(fields[SESSION]),
                                Long.parseLong(fields[START_TIME]),
                                isAlive(fields))));
            }
        }
        return all;
    }

    /**
     * Whether the process was started with the variable, by itself or by whom it was started. False for one that may not be
     * looked into.
     */
    public static boolean startedWith(long pid, String variable, String value) {
        try {
            byte[] bytes = Files.readAllBytes(PROC.resolve(Long.toString(pid)).resolve("environ"));
            String all = "\0" + new String(bytes, StandardCharsets.ISO_8859_1) + "\0";
            return all.contains("\0" + variable + "=" + value + "\0");
        } catch (IOException e) {
            // Another user's, or it ended meanwhile.
            return false;
        }
    }

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
                .filter(HostProcesses::isAlive)
                .isPresent();
    }

    /** While threads are left, so is all that the process held, whatever became of the first of them. */
    private static boolean isAlive(String[] fields) {
        return STATES_OF_THE_DEAD.indexOf(fields[STATE].charAt(0)) < 0 || Integer.parseInt(fields[THREADS]) > 1;
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
