package dev.orrery.head.reconcile;

import dev.orrery.internal.proto.ActorLife;

/** What the leader has told its nodes in this epoch; a node's report says how much of it has arrived. */
public interface Told {
    /** Whether the node works towards a desired set that names {@code life}. */
    boolean knows(String node, ActorLife life);

    /** Whether the node works towards a desired set that does not name {@code life}. */
    boolean dropped(String node, ActorLife life);

    /** Whether the gateway that follows that routing table of {@code pipeline} uses one without {@code life}. */
    boolean routesAround(String pipeline, ActorLife life, long routingEpoch, long routingVersion);
}
