package dev.orrery.agent.process;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.lifecycle.HostProcesses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** {@code /proc}. */
public final class LinuxProcesses implements ProcessTable, AutoCloseable {
    /** Most answer in less than one. */
    private static final Duration PATIENCE = Duration.ofMillis(50);

    private final BoundedReads reads = new BoundedReads(PATIENCE);
    private final String bootId;

    private LinuxProcesses(String bootId) {
        this.bootId = bootId;
    }

    public static LinuxProcesses open() {
        try {
            return new LinuxProcesses(HostProcesses.bootId());
        } catch (IOException e) {
            throw OrreryException.of(
                    ErrorCode.UNSUPPORTED, "the node agent needs Linux: cannot read " + HostProcesses.BOOT_ID, e);
        }
    }

    @Override
    public String bootId() {
        return bootId;
    }

    @Override
    public boolean isAlive(ProcessId process) {
        return HostProcesses.isAlive(process.pid(), process.startTime());
    }

    @Override
    public void terminate(ProcessId process) {
        handle(process).ifPresent(ProcessHandle::destroy);
    }

    @Override
    public void kill(ProcessId process) {
        handle(process).ifPresent(ProcessHandle::destroyForcibly);
    }

    @Override
    public List<HostProcess> all() {
        try {
            return HostProcesses.all().stream()
                    .map(seen ->
                            new HostProcess(new ProcessId(seen.pid(), seen.startTime()), seen.session(), seen.alive()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Marked marked(ProcessId process, String nonce) {
        return reads.ask(process, () -> HostProcesses.startedWith(process.pid(), LaunchMark.VARIABLE, nonce))
                .map(own -> own ? Marked.YES : Marked.NO)
                .orElse(Marked.UNKNOWN);
    }

    @Override
    public void close() {
        reads.close();
    }

    private Optional<ProcessHandle> handle(ProcessId process) {
        return isAlive(process) ? ProcessHandle.of(process.pid()) : Optional.empty();
    }
}
