package dev.orrery.agent.process;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** {@code /proc}. */
public final class LinuxProcesses implements ProcessTable {
    private static final Path PROC = Path.of("/proc");
    private static final String STATES_OF_THE_DEAD = "ZXx";
    /** Positions after the name: state is the third field of the line, the start time the twenty-second. */
    private static final int STATE = 0;

    private static final int START_TIME = 19;

    private final String bootId;

    private LinuxProcesses(String bootId) {
        this.bootId = bootId;
    }

    public static LinuxProcesses open() {
        Path file = PROC.resolve("sys/kernel/random/boot_id");
        try {
            return new LinuxProcesses(Files.readString(file).strip());
        } catch (IOException e) {
            throw OrreryException.of(ErrorCode.UNSUPPORTED, "the node agent needs Linux: cannot read " + file, e);
        }
    }

    @Override
    public String bootId() {
        return bootId;
    }

    @Override
    public boolean isAlive(ProcessId process) {
        return stat(process.pid())
                .filter(fields -> Long.parseLong(fields[START_TIME]) == process.startTime())
                .filter(fields -> STATES_OF_THE_DEAD.indexOf(fields[STATE].charAt(0)) < 0)
                .isPresent();
    }

    private static Optional<String[]> stat(long pid) {
        try {
            byte[] bytes = Files.readAllBytes(PROC.resolve(Long.toString(pid)).resolve("stat"));
            String line = new String(bytes, StandardCharsets.ISO_8859_1);
            String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ");
            return fields.length > START_TIME ? Optional.of(fields) : Optional.empty();
        } catch (IOException e) {
            // No such process, or it ended during the read.
            return Optional.empty();
        }
    }

    @Override
    public void terminate(ProcessId process) {
        handle(process).ifPresent(ProcessHandle::destroy);
    }

    @Override
    public void kill(ProcessId process) {
        handle(process).ifPresent(ProcessHandle::destroyForcibly);
    }

    private Optional<ProcessHandle> handle(ProcessId process) {
        return isAlive(process) ? ProcessHandle.of(process.pid()) : Optional.empty();
    }
}
