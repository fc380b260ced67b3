package dev.orrery.internal.client;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.EndJobRequest;
import dev.orrery.internal.proto.Job;
import dev.orrery.internal.proto.JobUsage;
import dev.orrery.internal.proto.RenewJobRequest;
import dev.orrery.internal.proto.RenewJobResponse;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.Protocol;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * A driver as a job: once it owns something, the leader is told again and again that the driver lives, whichever head leads.
 * Thread-safe.
 */
public final class JobLease implements AutoCloseable {
    private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);

    /** Of a lease: a few renewals may be lost. */
    private static final int RENEWALS = 6;

    private static final long SHORTEST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 5_000;
    private static final long PAUSE_AFTER_FAILURE_MILLIS = 500;

    private final String id;
    private final String name;
    private final LeaderClient leader;
    private volatile Supplier<JobUsage> usage = JobUsage::getDefaultInstance;
    private boolean owns;
    private boolean closed;
    private Optional<OrreryException> ended = Optional.empty();

    /** @param name for people */
    JobLease(String id, String name, LeaderClient leader) {
        this.id = id;
        this.name = name;
        this.leader = leader;
    }

    public String id() {
        return id;
    }

    /** For the leader. */
    public Job describe() {
        return Job.newBuilder()
                .setId(id)
                .setHost(host())
                .setPid(ProcessHandle.current().pid())
                .setName(name)
                .build();
    }

    /** The main class of this process, for people. */
    public static String programName() {
        return System.getProperty("sun.java.command", "").split(" ", 2)[0];
    }

    private static String host() {
        try {
            return Files.readString(HOST_NAME).strip();
        } catch (IOException e) {
            return "an unknown host";
        }
    }

    /** What goes along with each renewal. */
    public void tell(Supplier<JobUsage> what) {
        usage = what;
    }

    /** To be called before anything is owned. Throws FENCED when the leader has ended the job. */
    public void begin() {
        synchronized (this) {
            if (ended.isPresent()) {
                throw ErrorCodec.anew(ended.get());
            }
            if (owns) {
                return;
            }
            owns = true;
        }
        renew();
    }

    private void renew() {
        RenewJobRequest request =
                RenewJobRequest.newBuilder().setJob(id).setUsage(usage.get()).build();
        leader.call(Protocol.RENEW_JOB, request, PATIENCE)
                .whenComplete(
                        (response, failure) -> renewed(failure == null ? Optional.of(response) : Optional.empty()));
    }

    private void renewed(Optional<RenewJobResponse> response) {
        if (response.isPresent() && response.get().hasEnded()) {
            end(response.get());
            return;
        }
        long pause = response.map(lease -> lease.getLeaseMillis() / RENEWALS).orElse(PAUSE_AFTER_FAILURE_MILLIS);
        long bounded = Math.min(LONGEST_PAUSE_MILLIS, Math.max(SHORTEST_PAUSE_MILLIS, pause));
        try {
            leader.schedule(this::renew, TimeUnit.MILLISECONDS.toNanos(bounded));
        } catch (OrreryException e) {
            // The client was closed: nothing is to be renewed any more.
            end(RenewJobResponse.getDefaultInstance());
        }
    }

    private synchronized void end(RenewJobResponse last) {
        ended = Optional.of(OrreryException.of(
                ErrorCode.FENCED,
                (last.hasEnded() ? last.getEnded().getMessage() : "job " + id + " is closed")
                        + "; connect anew to start actors",
                Map.of("job", id)));
    }

    /** Tells the leader, if one can be reached soon; otherwise it notices by the lease. Idempotent. */
    @Override
    public void close() {
        synchronized (this) {
            boolean needless = closed || !owns || ended.isPresent();
            closed = true;
            if (needless) {
                return;
            }
        }
        EndJobRequest request = EndJobRequest.newBuilder().setJob(id).build();
        try {
            var unused = leader.call(Protocol.END_JOB, request, CLOSE_PATIENCE)
                    .get(CLOSE_PATIENCE.toMillis() + 1_000, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // No leader, so the lease ends it.
            return;
        }
    }
}
