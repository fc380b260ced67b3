package dev.orrery.head.reconcile;

import dev.orrery.internal.proto.ActorLife;

/** A leader that has told nobody anything. */
public final class TestingTold implements Told {
    /** The state of epoch 1 at its take-over, at time 0. */
    public static ClusterState state(Records records) {
        return new ClusterState(
                1, 0, Settings.defaults(), records, new Observed(), new Memory(), new TestingTold(), new Ids(1));
    }

    @Override
    public boolean knows(String node, ActorLife life) {
        return false;
    }

    @Override
    public boolean dropped(String node, ActorLife life) {
        return false;
    }

    @Override
    public boolean routesAround(String pipeline, ActorLife life, long routingEpoch, long routingVersion) {
        return false;
    }
}
