package dev.orrery.agent.process;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kills what the worker of a launch has left, and its shim last: while that is there, nobody else gets the session's number.
 * Thread-safe.
 */
public final class LaunchEnd {
    private static final Logger LOG = LoggerFactory.getLogger(LaunchEnd.class);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(10);
    private static final int LOOKS_PER_COMPLAINT = 500;

    private final ProcessTable processes;
    private final ScheduledExecutorService executor;

    /** @param executor looks through the host's processes, which takes some milliseconds */
    public LaunchEnd(ProcessTable processes, ScheduledExecutorService executor) {
        this.processes = processes;
        this.executor = executor;
    }

    /** Completes once nothing of the launch is there any more, however long that takes. */
    public CompletableFuture<Void> of(WorkerFolder folder, String nonce) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        executor.execute(() -> look(new Ending(folder, nonce, done), 0));
        return done;
    }

    private record Ending(WorkerFolder folder, String nonce, CompletableFuture<Void> done) {}

    /** @param looks that have found something */
    private void look(Ending ending, int looks) {
        try {
            RunRecord run = ending.folder().readRun();
            boolean sameBoot = run.bootId().isEmpty() || run.bootId().equals(Optional.of(processes.bootId()));
            LaunchMark mark = new LaunchMark(ending.nonce(), run.shim(), run.worker());
            List<ProcessId> strays = sameBoot ? strays(mark) : List.of();
            strays.forEach(processes::kill);
            complain(ending, strays, looks);
            // One that begets others faster than they are listed may be missed once.
            if (!strays.isEmpty() || (looks > 0 && !strays(mark).isEmpty())) {
                again(ending, looks + 1);
                return;
            }
            if (sameBoot) {
                run.shim().ifPresent(processes::kill);
            }
            ending.done().complete(null);
        } catch (RuntimeException e) {
            LOG.error("cannot see what {} has left; trying on", ending.folder().root(), e);
            again(ending, looks + 1);
        }
    }

    private List<ProcessId> strays(LaunchMark mark) {
        return mark.strays(processes.all(), process -> processes.isMarked(process, mark.nonce()));
    }

    private static void complain(Ending ending, List<ProcessId> strays, int looks) {
        if (looks == 0 && !strays.isEmpty()) {
            LOG.info("killing what {} has left: {}", ending.folder().root(), strays);
        } else if (looks > 0 && looks % LOOKS_PER_COMPLAINT == 0) {
            LOG.warn(
                    "what {} has left does not end although killed: {}",
                    ending.folder().root(),
                    strays);
        }
    }

    private void again(Ending ending, int looks) {
        var unused = executor.schedule(() -> look(ending, looks), BETWEEN_LOOKS.toNanos(), TimeUnit.NANOSECONDS);
    }
}
