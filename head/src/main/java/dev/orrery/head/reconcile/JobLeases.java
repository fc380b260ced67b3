package dev.orrery.head.reconcile;

import dev.orrery.head.proto.JobRecord;
import dev.orrery.internal.proto.JobUsage;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** When each job's driver was last heard. Never written: every leader counts for itself, from its take-over. */
public final class JobLeases {
    /** A leader that was away for that part of a lease may not have been told what drivers said meanwhile. */
    private static final int AWAY_FRACTION = 3;

    private final Map<String, Long> renewed = new HashMap<>();
    /** What drivers said last that they have under way. */
    private final Map<String, JobUsage> usage = new HashMap<>();

    private long lookedNanos;
    private long countedFromNanos;
    private boolean looked;

    public void renew(String job, JobUsage told, long nowNanos) {
        renewed.put(job, nowNanos);
        usage.put(job, told);
    }

    /** Nothing before its driver was heard. */
    public JobUsage usage(String job) {
        return usage.getOrDefault(job, JobUsage.getDefaultInstance());
    }

    /** To be called all the time: after a long time without, every lease begins anew. */
    public void look(Duration lease, long nowNanos) {
        if (!looked || nowNanos - lookedNanos > lease.toNanos() / AWAY_FRACTION) {
            countedFromNanos = nowNanos;
        }
        looked = true;
        lookedNanos = nowNanos;
    }

    /** @param known since when this leader knows it to be RUNNING */
    Duration silence(JobRecord job, Duration known, long nowNanos) {
        long heard = Math.max(nowNanos - known.toNanos(), countedFromNanos);
        return Duration.ofNanos(
                nowNanos - Math.max(heard, renewed.getOrDefault(job.getJob().getId(), heard)));
    }

    void forget(String job) {
        renewed.remove(job);
        usage.remove(job);
    }

    void retain(Records records) {
        renewed.keySet().removeIf(job -> records.job(job).isEmpty());
        usage.keySet().retainAll(renewed.keySet());
    }
}
