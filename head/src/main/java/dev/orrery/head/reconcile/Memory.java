package dev.orrery.head.reconcile;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.ReplicaRecord;
import dev.orrery.head.proto.WorldRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the leader knows without having written it: since when it has seen each record in its state, and what failed
 * lately. A new leader begins with the moment of its take-over.
 */
public final class Memory {
    /** After so long without a failure an edge is as good as new. */
    private static final Duration EDGE_FORGETS_AFTER = Duration.ofSeconds(60);

    private record Seen(String mark, long nanos) {}

    /** How often an edge failed lately, and when it last did. */
    record EdgeFailures(int count, long lastNanos) {}

    private final Map<Object, Seen> seen = new HashMap<>();
    private final Map<String, List<Long>> crashes = new HashMap<>();
    private final Map<Note.Edge, EdgeFailures> edges = new HashMap<>();

    /** Takes over: the recorded restarts count as if they had happened now. */
    public void takeOver(Records records, long nowNanos) {
        for (ActorRecord actor : records.actors()) {
            for (int i = 0; i < actor.getRestarts(); i++) {
                addCrash(actor.getActor(), nowNanos);
            }
        }
        refresh(records, nowNanos);
    }

    public void apply(List<Note> notes) {
        for (Note note : notes) {
            if (note instanceof Note.Crashed crashed) {
                addCrash(crashed.actor(), crashed.nanos());
            } else if (note instanceof Note.EdgeFailed failed) {
                int before = edgeFailures(failed.edge(), failed.nanos()).count();
                edges.put(failed.edge(), new EdgeFailures(before + 1, failed.nanos()));
            }
        }
    }

    private void addCrash(String actor, long nanos) {
        crashes.computeIfAbsent(actor, id -> new ArrayList<>()).add(nanos);
    }

    /** Notices which records are in another state than before. */
    public void refresh(Records records, long nowNanos) {
        Set<Object> present = new HashSet<>();
        for (ActorRecord actor : records.actors()) {
            see(present, Write.key(actor), mark(actor), nowNanos);
        }
        for (ReplicaRecord replica : records.replicas()) {
            see(present, Write.key(replica), mark(replica), nowNanos);
        }
        for (WorldRecord world : records.worlds()) {
            see(present, Write.key(world), mark(world), nowNanos);
        }
        seen.keySet().retainAll(present);
        crashes.keySet().removeIf(actor -> records.actor(actor).isEmpty());
        edges.values().removeIf(failures -> nowNanos - failures.lastNanos() > EDGE_FORGETS_AFTER.toNanos());
    }

    private void see(Set<Object> present, Object key, String mark, long nowNanos) {
        present.add(key);
        Seen before = seen.get(key);
        if (before == null || !before.mark().equals(mark)) {
            seen.put(key, new Seen(mark, nowNanos));
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

    public Duration inState(ReplicaRecord replica, long nowNanos) {
        return since(Write.key(replica), mark(replica), nowNanos);
    }

    public Duration inState(WorldRecord world, long nowNanos) {
        return since(Write.key(world), mark(world), nowNanos);
    }

    private Duration since(Object key, String mark, long nowNanos) {
        Seen at = seen.get(key);
        return at == null || !at.mark().equals(mark) ? Duration.ZERO : Duration.ofNanos(nowNanos - at.nanos());
    }

    /** Crashes of the actor that happened within {@code window}. */
    int crashesWithin(String actor, Duration window, long nowNanos) {
        return (int) crashes.getOrDefault(actor, List.of()).stream()
                .filter(at -> nowNanos - at <= window.toNanos())
                .count();
    }

    EdgeFailures edgeFailures(Note.Edge edge, long nowNanos) {
        EdgeFailures failures = edges.get(edge);
        boolean old = failures == null || nowNanos - failures.lastNanos() > EDGE_FORGETS_AFTER.toNanos();
        return old ? new EdgeFailures(0, nowNanos) : failures;
    }
}
