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
    private final Attachment attachment;
    private final Set<Attempt> holding = new LinkedHashSet<>();
    private OptionalLong drainDeadline = OptionalLong.empty();
    private boolean abandoned;
    private boolean announced;
    private boolean reserved;
    private int travellingAlone;

    ReplicaSlot(Attachment attachment) {
        this.attachment = attachment;
    }

    Attachment attachment() {
        return attachment;
    }

    Life life() {
        return attachment.life();
    }

    String name() {
        return attachment.replica();
    }

    long link() {
        return attachment.link();
    }

    int inFlight() {
        return holding.size();
    }

    boolean holds(Attempt attempt) {
        return holding.contains(attempt);
    }

    void acquire(Attempt attempt) {
        if (holding.add(attempt) && attempt.isAlone()) {
            travellingAlone++;
        }
    }

    void release(Attempt attempt) {
        if (holding.remove(attempt) && attempt.isAlone()) {
            travellingAlone--;
        }
    }

    void reserve(boolean now) {
        reserved = now;
    }

    /** For a request that travels alone; others get nothing of this replica. */
    boolean isKept() {
        return reserved || travellingAlone > 0;
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
