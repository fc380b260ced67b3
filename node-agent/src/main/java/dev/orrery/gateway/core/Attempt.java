package dev.orrery.gateway.core;

import java.util.List;
import java.util.stream.Collectors;

/**
 * One sending of a request. It holds one credit at each replica of its path until that replica has certainly done with
 * it; a credit is membership in {@link ReplicaSlot#holding}, so it cannot be returned twice.
 */
final class Attempt {
    private final Request request;
    private final int number;
    private final List<Long> path;
    private final List<ReplicaSlot> replicas;
    private final boolean alone;

    /** @param alone whether its replicas get nothing else as long as they have it */
    Attempt(Request request, int number, PathPicker.Path over, boolean alone) {
        this.request = request;
        this.number = number;
        this.path = List.copyOf(over.worlds());
        this.replicas = List.copyOf(over.replicas());
        this.alone = alone;
    }

    Request request() {
        return request;
    }

    int number() {
        return number;
    }

    List<Long> path() {
        return path;
    }

    List<ReplicaSlot> replicas() {
        return replicas;
    }

    boolean isAlone() {
        return alone;
    }

    /** The replicas that a world of the path joins: one at its ends, else two. */
    List<ReplicaSlot> endsOf(long world) {
        int index = path.indexOf(world);
        return index < 0 ? List.of() : replicas.subList(Math.max(0, index - 1), Math.min(replicas.size(), index + 1));
    }

    /** Position of a life on the path, or -1. The world that it sends on is the next one after its position. */
    int indexOf(Life life) {
        for (int index = 0; index < replicas.size(); index++) {
            if (replicas.get(index).life().equals(life)) {
                return index;
            }
        }
        return -1;
    }

    List<ReplicaSlot> heldAt() {
        return replicas.stream().filter(slot -> slot.holds(this)).toList();
    }

    String where() {
        return replicas.stream().map(ReplicaSlot::name).collect(Collectors.joining(", "));
    }
}
