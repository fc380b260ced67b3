package dev.orrery.gateway.core;

import dev.orrery.gateway.core.RoutingSnapshot.Edge;
import dev.orrery.gateway.core.RoutingSnapshot.Replica;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What the head says and the gateway itself confirms: replicas that are in the newest table and hold a control link,
 * edges that are in the table, not known as broken, and READY here where the gateway is a member.
 */
final class RoutingView {
    /** Far more than any table's edges; a world that is still named after so many others broke is not forgotten first. */
    private static final int MAX_BROKEN = 65_536;

    private final GatewayOptions options;
    private final Map<Life, ReplicaSlot> slots = new LinkedHashMap<>();
    private final Set<Long> ownReady = new HashSet<>();
    private final Set<Long> broken = new LinkedHashSet<>();
    private final Map<Long, Long> suspendedUntil = new HashMap<>();
    private RoutingSnapshot table = RoutingSnapshot.NONE;
    private PathGraph graph;
    private List<ReplicaSlot> unlisted = List.of();

    RoutingView(GatewayOptions options) {
        this.options = options;
        this.graph = new PathGraph(options.stages());
    }

    RoutingSnapshot table() {
        return table;
    }

    PathGraph graph() {
        return graph;
    }

    /** Ignores what is not newer. */
    boolean adopt(RoutingSnapshot newer) {
        if (!newer.newerThan(table)) {
            return false;
        }
        table = newer;
        rebuild();
        return true;
    }

    Optional<ReplicaSlot> slot(Life life) {
        return Optional.ofNullable(slots.get(life));
    }

    /** All that hold a control link, in the table or not. */
    List<ReplicaSlot> slots() {
        return List.copyOf(slots.values());
    }

    /** Those of them that the table does not name (any more). */
    List<ReplicaSlot> unlisted() {
        return unlisted;
    }

    boolean names(Life life) {
        return table.replicas().containsKey(life);
    }

    void link(ReplicaSlot slot) {
        slots.put(slot.life(), slot);
        rebuild();
    }

    void unlink(ReplicaSlot slot) {
        slots.remove(slot.life(), slot);
        rebuild();
    }

    void ready(long world) {
        if (!broken.contains(world) && ownReady.add(world)) {
            rebuild();
        }
    }

    /** Returns false if that was known. World ids are never used again, so there is no way back. */
    boolean breakWorld(long world) {
        if (!broken.add(world)) {
            return false;
        }
        forgetOldestBroken();
        ownReady.remove(world);
        suspendedUntil.remove(world);
        rebuild();
        return true;
    }

    /** Not offered until then: someone could not send on it, and whether it broke will be known soon. */
    void suspend(long world, long untilNanos) {
        suspendedUntil.put(world, untilNanos);
        rebuild();
    }

    boolean resume(long nowNanos) {
        boolean changed = suspendedUntil.values().removeIf(until -> until - nowNanos <= 0);
        if (changed) {
            rebuild();
        }
        return changed;
    }

    OptionalLong nextResume() {
        OptionalLong next = OptionalLong.empty();
        for (long until : suspendedUntil.values()) {
            if (next.isEmpty() || until - next.getAsLong() < 0) {
                next = OptionalLong.of(until);
            }
        }
        return next;
    }

    /** Whether a request sent now could travel over this world. */
    boolean usable(Edge edge) {
        boolean own = edge.touches(options.gateway());
        return !broken.contains(edge.world())
                && !suspendedUntil.containsKey(edge.world())
                && (!own || ownReady.contains(edge.world()));
    }

    private void rebuild() {
        PathGraph next = new PathGraph(options.stages());
        for (Replica replica : table.replicas().values()) {
            slot(replica.life()).ifPresent(slot -> next.addNode(slot, replica));
        }
        for (Edge edge : table.edges().values()) {
            if (usable(edge)) {
                next.addEdge(edge, options.gateway());
            }
        }
        graph = next;
        unlisted = slots.values().stream().filter(slot -> !names(slot.life())).toList();
    }

    private void forgetOldestBroken() {
        if (broken.size() > MAX_BROKEN) {
            Set<Long> named = table.edges().keySet();
            broken.stream().filter(world -> !named.contains(world)).findFirst().ifPresent(broken::remove);
        }
    }
}
