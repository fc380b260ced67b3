package dev.orrery.gateway.core;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * One attachment of a replica's life: it begins with the control link and ends with it. Its load is counted here, so
 * that a life which attaches again starts from nothing and takes no credit back for the attachment before.
 */
final class ReplicaSlot {
    private final Life life;
    private final String name;
    private final long link;
    private final Set<Attempt> holding = new LinkedHashSet<>();
    private OptionalLong drainDeadline = OptionalLong.empty();
    private boolean abandoned;
    private boolean announced;

    ReplicaSlot(Life life, String name, long link) {
        this.life = life;
        this.name = name;
        this.link = link;
    }

    Life life() {
        return life;
    }

    String name() {
        return name;
    }

    long link() {
        return link;
    }

    int inFlight() {
        return holding.size();
    }

    boolean holds(Attempt attempt) {
        return holding.contains(attempt);
    }

    void acquire(Attempt attempt) {
        holding.add(attempt);
    }

    boolean release(Attempt attempt) {
        return holding.remove(attempt);
    }

    List<Attempt> holding() {
        return List.copyOf(holding);
    }

    /** Set while the routing table does not name this life. */
    OptionalLong drainDeadline() {
        return drainDeadline;
    }

    void drainUntil(long nanos) {
        drainDeadline = OptionalLong.of(nanos);
    }

    void serveOn() {
        drainDeadline = OptionalLong.empty();
        abandoned = false;
    }

    /** The drain deadline has passed and what was open here is replayed elsewhere. */
    void abandon() {
        abandoned = true;
    }

    boolean abandoned() {
        return abandoned;
    }

    boolean leaving() {
        return drainDeadline.isPresent() && !abandoned && !holding.isEmpty();
    }

    /** Returns true once for each time that the replica becomes routable. */
    boolean announce() {
        boolean first = !announced;
        announced = true;
        return first;
    }

    void withdraw() {
        announced = false;
    }
}
