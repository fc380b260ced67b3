package dev.orrery.agent.process;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A table of processes that exist only here. SIGKILL takes effect at once, unless a process is {@link #unkillable}. */
final class TestingProcesses implements ProcessTable {
    static final String BOOT = "boot";

    final List<HostProcess> table = new ArrayList<>();
    final Map<ProcessId, String> marks = new HashMap<>();
    /** Nobody can look into these. */
    final Set<ProcessId> closed = new HashSet<>();

    final Set<ProcessId> unkillable = new HashSet<>();
    final List<ProcessId> killed = new ArrayList<>();
    /** Runs before each look at the table. */
    Runnable beforeLook = () -> {};

    ProcessId add(long pid, long startTime, long session) {
        ProcessId id = new ProcessId(pid, startTime);
        table.add(new HostProcess(id, session, true));
        return id;
    }

    @Override
    public String bootId() {
        return BOOT;
    }

    @Override
    public boolean isAlive(ProcessId process) {
        return table.stream().anyMatch(own -> own.id().equals(process) && own.alive());
    }

    @Override
    public void terminate(ProcessId process) {
        throw new AssertionError("SIGTERM for " + process);
    }

    @Override
    public void kill(ProcessId process) {
        if (isAlive(process)) {
            killed.add(process);
        }
        if (!unkillable.contains(process)) {
            table.removeIf(own -> own.id().equals(process));
        }
    }

    @Override
    public List<HostProcess> all() {
        beforeLook.run();
        return List.copyOf(table);
    }

    @Override
    public Marked marked(ProcessId process, String nonce) {
        if (closed.contains(process)) {
            return Marked.UNKNOWN;
        }
        return nonce.equals(marks.get(process)) ? Marked.YES : Marked.NO;
    }
}
