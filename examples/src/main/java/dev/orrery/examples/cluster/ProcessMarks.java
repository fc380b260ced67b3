package dev.orrery.examples.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Finds the processes that descend from one run of a local cluster, however they were started: all inherit a variable
 * of the environment. A process that is dead but not yet reaped does not count.
 */
final class ProcessMarks {
    static final String VARIABLE = "ORRERY_LOCAL_CLUSTER";

    private ProcessMarks() {}

    static List<ProcessHandle> alive(String mark) {
        byte[] entry = entry(mark);
        List<ProcessHandle> found = new ArrayList<>();
        try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
            all.filter(process -> process.pid() != ProcessHandle.current().pid())
                    .filter(process -> environmentHolds(process.pid(), entry))
                    .forEach(found::add);
        }
        return found;
    }

    /** Whether it lives, and has that mark. */
    static boolean isMarked(long pid, String mark) {
        return environmentHolds(pid, entry(mark));
    }

    private static byte[] entry(String mark) {
        return (VARIABLE + "=" + mark).getBytes(StandardCharsets.UTF_8);
    }

    private static boolean environmentHolds(long pid, byte[] entry) {
        byte[] environment;
        try {
            environment = Files.readAllBytes(Path.of("/proc", Long.toString(pid), "environ"));
        } catch (IOException e) {
            // Gone meanwhile, or another user's.
            return false;
        }
        int start = 0;
        for (int end = 0; end < environment.length; end++) {
            if (environment[end] == 0) {
                if (java.util.Arrays.equals(environment, start, end, entry, 0, entry.length)) {
                    return true;
                }
                start = end + 1;
            }
        }
        return false;
    }
}
