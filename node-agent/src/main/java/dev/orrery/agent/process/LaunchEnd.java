package dev.orrery.agent.process;

import dev.orrery.agent.process.LaunchMark.Found;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
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

    /** So long the end of a launch waits for processes that cannot be looked into; for longer others look after them. */
    private static final int LOOKS_WHILE_UNCLEAR = 10;

    private static final Duration BETWEEN_LATER_LOOKS = Duration.ofMillis(100);
    private static final int LATER_LOOKS = 600;

    private final ProcessTable processes;
    private final ScheduledExecutorService executor;

    /** @param executor looks through the host's processes, which takes some milliseconds */
    public LaunchEnd(ProcessTable processes, ScheduledExecutorService executor) {
        this.processes = processes;
        this.executor = executor;
    }

    /**
     * Completes once nothing of the launch is there any more, however long that takes. A process that cannot be looked into, which
     * is hardly one of it, is waited for briefly; if it turns out later that it is one, it is killed then.
     */
    public CompletableFuture<Void> of(WorkerFolder folder, String nonce) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        executor.execute(() -> look(new Ending(folder, nonce, done), 0, 0));
        return done;
    }

    private record Ending(WorkerFolder folder, String nonce, CompletableFuture<Void> done) {}

    /**
     * @param looks that have found something
     * @param unclear looks that have found nothing but what cannot be looked into
     */
    private void look(Ending ending, int looks, int unclear) {
        try {
            RunRecord run = ending.folder().readRun();
            boolean sameBoot = run.bootId().isEmpty() || run.bootId().equals(Optional.of(processes.bootId()));
            LaunchMark mark = new LaunchMark(ending.nonce(), run.shim(), run.worker());
            Found found = sameBoot ? find(mark) : Found.NOTHING;
            List<ProcessId> strays = found.strays();
            strays.forEach(processes::kill);
            complain(ending, strays, looks);
            // One that begets others faster than they are listed may be missed once.
            if (!strays.isEmpty() || (looks > 0 && !find(mark).strays().isEmpty())) {
                again(() -> look(ending, looks + 1, unclear), BETWEEN_LOOKS);
                return;
            }
            if (found.unclear() && unclear < LOOKS_WHILE_UNCLEAR) {
                again(() -> look(ending, looks, unclear + 1), BETWEEN_LOOKS);
                return;
            }
            if (sameBoot) {
                run.shim().ifPresent(processes::kill);
            }
            if (found.unclear()) {
                again(() -> lookLater(ending, mark, LATER_LOOKS), BETWEEN_LATER_LOOKS);
            }
            ending.done().complete(null);
        } catch (RuntimeException e) {
            LOG.error("cannot see what {} has left; trying on", ending.folder().root(), e);
            again(() -> look(ending, looks + 1, unclear), BETWEEN_LOOKS);
        }
    }

    private Found find(LaunchMark mark) {
        return mark.strays(processes.all(), process -> processes.marked(process, mark.nonce()));
    }

    /** Nobody waits for it any more. */
    private void lookLater(Ending ending, LaunchMark mark, int left) {
        Found found = find(mark);
        found.strays().forEach(processes::kill);
        if (!found.strays().isEmpty()) {
            LOG.warn(
                    "killing what {} has left, which could not be looked into before: {}",
                    ending.folder().root(),
                    found.strays());
        }
        if ((found.unclear() || !found.strays().isEmpty()) && left > 1) {
            again(() -> lookLater(ending, mark, left - 1), BETWEEN_LATER_LOOKS);
        }
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

    private void again(Runnable look, Duration after) {
        try {
            var unused = executor.schedule(look, after.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("the agent ends; the next one looks", e);
        }
    }
}
