package dev.orrery.head.reconcile;

import dev.orrery.internal.proto.ActorLife;

/** What the leader remembers, without writing it, once a plan was committed. */
public sealed interface Note {
    String pipeline();

    /** A world between two lives that both go on did not form, or broke. */
    record EdgeFailed(String pipeline, Edge edge, long nanos) implements Note {}

    /** Requests travel from {@code upstream} to {@code downstream}. */
    record Edge(ActorLife upstream, ActorLife downstream) {}
}
