package dev.orrery.head.reconcile;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.JobRecord;
import dev.orrery.head.proto.PlacementGroupRecord;
import dev.orrery.head.state.ActorEvent;
import dev.orrery.head.state.ActorState;
import dev.orrery.head.state.JobEvent;
import dev.orrery.head.state.JobState;
import dev.orrery.internal.proto.Failure;
import dev.orrery.internal.proto.Job;
import dev.orrery.internal.proto.PlainActorSpec;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Ends the jobs whose drivers are silent, ends what ended jobs own, and forgets the ended but the last few. */
public final class JobReconciler implements Reconciler {
    static final int ENDED_KEPT = 100;

    @Override
    public void reconcile(Draft draft) {
        if (!draft.looksAt(Scope.PLAIN)) {
            return;
        }
        draft.records().jobs().stream()
                .filter(job -> stateOf(job) == JobState.RUNNING)
                .forEach(job -> watch(draft, job));
        Set<String> owners = new HashSet<>();
        for (ActorRecord actor : draft.records().actorsOf(Scope.PLAIN)) {
            if (isOwned(actor) && Lives.stateOf(actor) != ActorState.DEAD) {
                owners.add(actor.getSpec().getJob());
                claim(draft, actor);
            }
        }
        for (PlacementGroupRecord group : draft.records().placementGroups()) {
            if (PlacementGroups.isOwned(group) && PlacementGroups.isWanted(group)) {
                owners.add(group.getSpec().getJob());
                claim(draft, group);
            }
        }
        forget(draft, owners);
    }

    public static JobState stateOf(JobRecord job) {
        return JobState.valueOf(job.getState());
    }

    /** Whether the actor ends with its job. */
    public static boolean isOwned(ActorRecord actor) {
        PlainActorSpec spec = actor.getSpec();
        return !spec.getJob().isEmpty() && !spec.getDetached();
    }

    /** After which time without a word from its driver the job ends. */
    public static Duration leaseLeft(ClusterState state, JobRecord job, long nowNanos) {
        Duration known = state.memory().inState(job, nowNanos);
        Duration left =
                state.settings().jobLease().minus(state.memory().leases().silence(job, known, nowNanos));
        return left.isNegative() ? Duration.ZERO : left;
    }

    private static void watch(Draft draft, JobRecord job) {
        Duration known = draft.memory().inState(job, draft.nowNanos());
        Duration silence = draft.memory().leases().silence(job, known, draft.nowNanos());
        if (silence.compareTo(draft.settings().jobLease()) > 0) {
            end(draft, job, JobEvent.LEASE_OVER, "its driver said nothing for " + silence.toMillis() + " ms");
        }
    }

    /** Ends a job that is RUNNING. */
    public static void end(Draft draft, JobRecord job, JobEvent event, String why) {
        Failure cause = Causes.of("job", describe(job.getJob()) + " ended: " + why);
        draft.fire(job.toBuilder().setCause(cause).build(), event, why);
    }

    private static String describe(Job job) {
        return "job %s (%s, pid %d on %s)"
                .formatted(
                        job.getId(), job.getName().isEmpty() ? "a driver" : job.getName(), job.getPid(), job.getHost());
    }

    private static void claim(Draft draft, ActorRecord actor) {
        if (Lives.stateOf(actor) == ActorState.DRAINING) {
            return;
        }
        String id = actor.getSpec().getJob();
        end(draft, id)
                .ifPresent(cause -> draft.fire(
                        Causes.add(actor.toBuilder(), cause).build(), ActorEvent.DRAIN_ASKED, ownerEnded(id)));
    }

    private static void claim(Draft draft, PlacementGroupRecord group) {
        String id = group.getSpec().getJob();
        end(draft, id).ifPresent(cause -> PlacementGroups.remove(draft, group, cause, ownerEnded(id)));
    }

    private static String ownerEnded(String job) {
        return "job " + job + ", its owner, ended";
    }

    /** Why the job ended; empty: it has not. It has its record before the first that it owns, and until the last is gone. */
    private static Optional<Failure> end(Draft draft, String id) {
        Optional<JobRecord> job = draft.records().job(id);
        return job.filter(owner -> stateOf(owner) == JobState.RUNNING).isPresent()
                ? Optional.empty()
                : Optional.of(job.map(JobRecord::getCause).orElseGet(() -> Causes.of("job", "job " + id + " ended")));
    }

    private static void forget(Draft draft, Set<String> owners) {
        List<JobRecord> ended = draft.records().jobs().stream()
                .filter(job -> stateOf(job) == JobState.ENDED
                        && !owners.contains(job.getJob().getId()))
                .sorted(Comparator.comparing((JobRecord job) -> draft.memory().inState(job, draft.nowNanos()))
                        .reversed())
                .toList();
        ended.stream().limit(Math.max(0, ended.size() - ENDED_KEPT)).forEach(job -> draft.write(Write.delete(job)));
    }
}
