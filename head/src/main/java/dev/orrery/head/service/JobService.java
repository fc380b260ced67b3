package dev.orrery.head.service;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.proto.JobRecord;
import dev.orrery.head.reconcile.ClusterState;
import dev.orrery.head.reconcile.Draft;
import dev.orrery.head.reconcile.JobReconciler;
import dev.orrery.head.reconcile.Write;
import dev.orrery.head.state.JobEvent;
import dev.orrery.head.state.JobState;
import dev.orrery.internal.names.NameRules;
import dev.orrery.internal.proto.EndJobRequest;
import dev.orrery.internal.proto.EndJobResponse;
import dev.orrery.internal.proto.Job;
import dev.orrery.internal.proto.RenewJobRequest;
import dev.orrery.internal.proto.RenewJobResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What drivers say of themselves. */
public final class JobService {
    private static final int MAX_TEXT = 300;

    /** Takes note of it in memory alone. A job that owns nothing is not known here, and need not be. */
    public RenewJobResponse renew(ClusterState state, RenewJobRequest request, long nowNanos) {
        Optional<JobRecord> job = state.records().job(request.getJob());
        RenewJobResponse.Builder response = RenewJobResponse.newBuilder()
                .setLeaseMillis(state.settings().jobLease().toMillis());
        if (job.isPresent() && JobReconciler.stateOf(job.get()) == JobState.ENDED) {
            return response.setEnded(job.get().getCause()).build();
        }
        job.ifPresent(known -> state.memory().leases().renew(request.getJob(), request.getUsage(), nowNanos));
        return response.build();
    }

    public EndJobResponse end(Draft draft, EndJobRequest request) {
        draft.records()
                .job(request.getJob())
                .filter(job -> JobReconciler.stateOf(job) == JobState.RUNNING)
                .ifPresent(job -> JobReconciler.end(draft, job, JobEvent.CLOSED, "its driver closed"));
        return EndJobResponse.getDefaultInstance();
    }

    /** Writes the job at the first thing that it owns. Throws when it ended. */
    static void own(Draft draft, Job job) {
        Optional<JobRecord> known = draft.records().job(job.getId());
        if (known.isEmpty()) {
            draft.write(Write.put(JobRecord.newBuilder()
                    .setJob(job)
                    .setState(JobState.RUNNING.name())
                    .build()));
            return;
        }
        if (JobReconciler.stateOf(known.get()) == JobState.ENDED) {
            throw OrreryException.of(
                    ErrorCode.FENCED,
                    known.get().getCause().getMessage() + "; connect anew to start actors",
                    Map.of("job", job.getId()));
        }
    }

    /** What is wrong with it. */
    static List<String> errors(Job job, String ownersId) {
        List<String> errors = new ArrayList<>();
        NameRules.wrong("a job", job.getId()).ifPresent(errors::add);
        if (!job.getId().equals(ownersId)) {
            errors.add("its job is '" + ownersId + "', not that of its driver, '" + job.getId() + "'");
        }
        if (job.getHost().length() > MAX_TEXT || job.getName().length() > MAX_TEXT) {
            errors.add("the host and the name of a job have at most " + MAX_TEXT + " characters");
        }
        return errors;
    }
}
