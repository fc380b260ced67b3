package dev.orrery.head.reconcile;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.JobRecord;
import dev.orrery.head.proto.PlacementGroupRecord;
import dev.orrery.head.proto.ReplicaRecord;
import dev.orrery.head.proto.WorldRecord;
import dev.orrery.head.store.RecordKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the leader knows without having written it: since when it has seen each record in its state, and what failed
 * lately. A new leader begins with the moment of its take-over.
 */
public final class Memory {
    /** After so long without a failure an edge is as good as new. */
    private static final Duration EDGE_FORGETS_AFTER = Duration.ofSeconds(60);

    private record Seen(String mark, long nanos) {}

    /**
     * @param counted what the actor's record says of all of its crashes
     * @param nanos of those that this leader counts
     */
    private record Crashes(long counted, List<Long> nanos) {}

    /** How often an edge failed lately, and when it last did. */
    record EdgeFailures(int count, long lastNanos) {}

    private final Map<RecordKey, Seen> seen = new HashMap<>();
    private final Map<String, Crashes> crashes = new HashMap<>();
    private final Map<Note.Edge, EdgeFailures> edges = new HashMap<>();
    private final Map<String, Long> grants = new HashMap<>();
    private final JobLeases leases = new JobLeases();

    /** Takes over: the recorded restarts count as if they had happened now. */
    public void takeOver(Records records, long nowNanos) {
        for (ActorRecord actor : records.actors()) {
            crashes.put(
                    actor.getActor(),
                    new Crashes(actor.getCrashes(), Collections.nCopies(actor.getRestarts(), nowNanos)));
        }
        refresh(records, nowNanos);
    }

    public void apply(List<Note> notes) {
        for (Note note : notes) {
            if (note instanceof Note.EdgeFailed failed) {
                int before = edgeFailures(failed.edge(), failed.nanos()).count();
                edges.put(failed.edge(), new EdgeFailures(before + 1, failed.nanos()));
            }
        }
    }

    /** A life of that actor was given a lease. */
    public void granted(String actor, long nowNanos) {
        grants.put(actor, nowNanos);
    }

    /** When this leader last gave a life of that actor a lease. */
    Optional<Long> lastGrant(String actor) {
        return Optional.ofNullable(grants.get(actor));
    }

    /** Notices which records are in another state than before; after a load, when any may be. */
    public void refresh(Records records, long nowNanos) {
        records.actors().forEach(actor -> see(actor, nowNanos));
        records.jobs().forEach(job -> see(Write.key(job), job.getState(), nowNanos));
        leases.retain(records);
        records.placementGroups().forEach(group -> see(Write.key(group), group.getState(), nowNanos));
        records.replicas().forEach(replica -> see(Write.key(replica), mark(replica), nowNanos));
        records.worlds().forEach(world -> see(Write.key(world), mark(world), nowNanos));
        seen.keySet().removeIf(key -> records.value(key).isEmpty());
        crashes.keySet().removeIf(actor -> records.actor(actor).isEmpty());
        grants.keySet().removeIf(actor -> records.actor(actor).isEmpty());
    }

    /** Notices what these have changed. */
    public void refresh(Collection<Write> writes, long nowNanos) {
        for (Write write : writes) {
            if (write.value().isEmpty()) {
                forget(write.key());
            } else if (write.value().get() instanceof ActorRecord actor) {
                see(actor, nowNanos);
            } else if (write.value().get() instanceof JobRecord job) {
                see(write.key(), job.getState(), nowNanos);
            } else if (write.value().get() instanceof ReplicaRecord replica) {
                see(write.key(), mark(replica), nowNanos);
            } else if (write.value().get() instanceof WorldRecord world) {
                see(write.key(), mark(world), nowNanos);
            } else if (write.value().get() instanceof PlacementGroupRecord group) {
                see(write.key(), group.getState(), nowNanos);
            }
        }
        edges.values().removeIf(failures -> nowNanos - failures.lastNanos() > EDGE_FORGETS_AFTER.toNanos());
    }

    private void forget(RecordKey key) {
        seen.remove(key);
        if (key instanceof RecordKey.ActorKey actor) {
            crashes.remove(actor.actor());
            grants.remove(actor.actor());
        } else if (key instanceof RecordKey.JobKey job) {
            leases.forget(job.job());
        }
    }

    private void see(ActorRecord actor, long nowNanos) {
        see(Write.key(actor), mark(actor), nowNanos);
        count(actor, nowNanos);
    }

    private void see(RecordKey key, String mark, long nowNanos) {
        Seen before = seen.get(key);
        if (before == null || !before.mark().equals(mark)) {
            seen.put(key, new Seen(mark, nowNanos));
        }
    }

    /** What drivers said. */
    public JobLeases leases() {
        return leases;
    }

    private void count(ActorRecord actor, long nowNanos) {
        Crashes before = crashes.getOrDefault(actor.getActor(), new Crashes(0, List.of()));
        if (actor.getCrashes() > before.counted()) {
            List<Long> nanos = new ArrayList<>(before.nanos());
            nanos.addAll(Collections.nCopies((int) (actor.getCrashes() - before.counted()), nowNanos));
            crashes.put(actor.getActor(), new Crashes(actor.getCrashes(), nanos));
        }
    }

    private static String mark(ActorRecord actor) {
        return actor.getState() + actor.getIncarnation();
    }

    private static String mark(ReplicaRecord replica) {
        return replica.getState() + replica.getActor();
    }

    private static String mark(WorldRecord world) {
        return world.getState().name();
    }

    /** How long the actor has been in its state and incarnation. */
    public Duration inState(ActorRecord actor, long nowNanos) {
        return since(Write.key(actor), mark(actor), nowNanos);
    }

    Duration inState(JobRecord job, long nowNanos) {
        return since(Write.key(job), job.getState(), nowNanos);
    }

    Duration inState(PlacementGroupRecord group, long nowNanos) {
        return since(Write.key(group), group.getState(), nowNanos);
    }

    public Duration inState(ReplicaRecord replica, long nowNanos) {
        return since(Write.key(replica), mark(replica), nowNanos);
    }

    public Duration inState(WorldRecord world, long nowNanos) {
        return since(Write.key(world), mark(world), nowNanos);
    }

    private Duration since(RecordKey key, String mark, long nowNanos) {
        Seen at = seen.get(key);
        return at == null || !at.mark().equals(mark) ? Duration.ZERO : Duration.ofNanos(nowNanos - at.nanos());
    }

    /** Crashes of the actor that happened within {@code window}. */
    int crashesWithin(String actor, Duration window, long nowNanos) {
        return (int) crashes.getOrDefault(actor, new Crashes(0, List.of())).nanos().stream()
                .filter(at -> nowNanos - at <= window.toNanos())
                .count();
    }

    EdgeFailures edgeFailures(Note.Edge edge, long nowNanos) {
        EdgeFailures failures = edges.get(edge);
        boolean old = failures == null || nowNanos - failures.lastNanos() > EDGE_FORGETS_AFTER.toNanos();
        return old ? new EdgeFailures(0, nowNanos) : failures;
    }
}
