package dev.orrery.head.reconcile;

import static dev.orrery.head.reconcile.TestingGroups.added;
import static dev.orrery.head.reconcile.TestingGroups.bundle;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.state.ActorState;
import dev.orrery.head.state.NodeState;
import dev.orrery.internal.proto.NodeChoice;
import dev.orrery.internal.proto.PlacementGroupSpec.Strategy;
import dev.orrery.internal.proto.PlainActorSpec;
import dev.orrery.internal.proto.Resources;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Bundles on their way to their room, and away from nodes. Nodes have four CPUs. */
class PlacementGroupReconcilerTest {
    private final TestingGroups groups = new TestingGroups();
    private final TestingState state = groups.state;

    private void nodes(String... names) {
        for (String name : names) {
            state.alive(name);
        }
    }

    private void becomes(String node, NodeState now) {
        state.node(node, now, 4_000);
    }

    @Test
    void aGroupGetsAllOfItsRoomInOneStepAndIsReady() {
        nodes("n1", "n2");
        groups.group("1-1", Strategy.STRICT_SPREAD, bundle(0, 3_000, 0), bundle(1, 3_000, 0));
        Plan plan = groups.step();
        assertEquals(1, plan.writes().size(), "one record, one write");
        assertEquals("READY", groups.stateOf("1-1"));
        assertEquals("n1 n2", groups.nodes("1-1"));
        assertTrue(groups.step().isEmpty(), "nothing is left to do");
    }

    @Test
    void twoGroupsNeverHoldWhatTheOtherLacks() {
        nodes("n1", "n2", "n3");
        groups.group("1-1", Strategy.STRICT_SPREAD, bundle(0, 3_000, 0), bundle(1, 3_000, 0));
        groups.group("1-2", Strategy.STRICT_SPREAD, bundle(0, 3_000, 0), bundle(1, 3_000, 0));
        groups.step();
        assertEquals("READY", groups.stateOf("1-1"));
        assertEquals("PENDING", groups.stateOf("1-2"));
        assertEquals("- -", groups.nodes("1-2"), "not half of it");
        assertFalse(groups.rooms().neverFits(groups.group("1-2")));
        groups.remove("1-1");
        groups.step();
        assertEquals("READY", groups.stateOf("1-2"));
    }

    @Test
    void whoDoesNotFitKeepsNobodyElseWaiting() {
        nodes("n1");
        groups.group("1-1", Strategy.PACK, bundle(0, 5_000, 0));
        groups.group("1-2", Strategy.PACK, bundle(0, 4_000, 0));
        groups.step();
        assertEquals("PENDING", groups.stateOf("1-1"));
        assertEquals("READY", groups.stateOf("1-2"));
        assertTrue(groups.rooms().neverFits(groups.group("1-1")));
        assertEquals(
                "placement group 'g1-1' needs 1 × (5 cpus, 0 gpus); free: n1 0 cpus 0 gpus; no node has more cpus than n1: 4"
                        + " in all",
                groups.rooms().explain(groups.group("1-1")));
    }

    @Test
    void theOlderGroupGoesFirst() {
        nodes("n1");
        groups.group("1-a", Strategy.PACK, bundle(0, 3_000, 0));
        groups.group("1-10", Strategy.PACK, bundle(0, 3_000, 0));
        groups.step();
        assertEquals("READY", groups.stateOf("1-a"), "0x0a is before 0x10, whatever their names are in order");
        assertEquals("PENDING", groups.stateOf("1-10"));
    }

    @Test
    void reservedRoomIsNobodyElses() {
        nodes("n1");
        groups.group("1-1", Strategy.PACK, bundle(0, 3_000, 0));
        groups.step();
        state.write(Write.put(ActorRecord.newBuilder()
                .setActor("other")
                .setLabel("other")
                .setState(ActorState.PENDING.name())
                .setSpec(PlainActorSpec.newBuilder()
                        .setResources(Resources.newBuilder().setMilliCpus(2_000)))
                .build()));
        assertEquals("PENDING", groups.placed("other"));
        assertEquals(3_000, groups.rooms().used("n1").getMilliCpus());
        assertEquals("n1/0", groups.placed("own", "1-1", 3_000));
        assertEquals(3_000, groups.rooms().used("n1").getMilliCpus(), "it is in what is reserved");
        assertEquals(3_000, groups.rooms().used(groups.group("1-1"), 0).getMilliCpus());
        groups.remove("1-1");
        groups.step();
        assertEquals("DRAINING", state.actor("own").getState());
        assertEquals(3_000, groups.rooms().used("n1").getMilliCpus(), "until it has ended");
    }

    @Test
    void actorsGoIntoTheBundleThatTheyNameOrWhereTheFewestAre() {
        nodes("n1", "n2");
        groups.group("1-1", Strategy.STRICT_SPREAD, bundle(0, 2_000, 0), bundle(1, 2_000, 0));
        groups.step();
        assertEquals("n2/1", groups.placedIn("a", "1-1", 1, 1_000));
        assertEquals("n1/0", groups.placed("b", "1-1", 1_000));
        assertEquals("n1/0", groups.placed("c", "1-1", 1_000));
        assertEquals("PENDING", groups.placedIn("d", "1-1", 0, 500));
        assertEquals(
                "actor 'd' needs 0.500 cpus, 0 gpus".replace("0.500", "0.5")
                        + " of placement group 'g1-1'; bundle 0 on n1 holds 2 cpus 0 gpus, free: 0 cpus 0 gpus",
                groups.rooms().explain(state.actor("d")));
        assertEquals("n2/1", groups.placed("e", "1-1", 1_000));
    }

    @Test
    void anActorWaitsForTheRoomOfItsGroup() {
        nodes("n1");
        groups.group("1-1", Strategy.PACK, bundle(0, 5_000, 0));
        assertEquals("PENDING", groups.placed("a", "1-1", 1_000));
        String why = groups.rooms().explain(state.actor("a"));
        assertTrue(
                why.contains("bundle 0, which waits for room, holds 5 cpus 0 gpus; placement group 'g1-1' needs"), why);
        assertFalse(groups.rooms().neverFits(state.actor("a")), "a larger node may join");
        state.node("n2", NodeState.ALIVE, 8_000).registered("n2", 8_000).heard("n2");
        assertEquals("n2/0", groups.placed("a"));
    }

    @Test
    void whatIsAddedWaitsAllOfItWhileTheRestIsUsed() {
        nodes("n1");
        groups.group("1-1", Strategy.PACK, bundle(0, 2_000, 0));
        groups.step();
        groups.add("1-1", added(1, 1, 2_000), added(2, 1, 2_000));
        groups.step();
        assertEquals("RESIZING", groups.stateOf("1-1"));
        assertEquals("n1 - -", groups.nodes("1-1"), "there is room for one of the two: not half of them");
        assertEquals("n1/0", groups.placed("a", "1-1", 2_000));
        groups.add("1-1", added(3, 3, 1_000));
        groups.step();
        assertEquals("n1 - - n1", groups.nodes("1-1"), "what was asked for later fits, and gets it");
        assertTrue(
                groups.rooms().explain(groups.group("1-1")).contains("needs 2 × (2 cpus, 0 gpus)"),
                () -> groups.rooms().explain(groups.group("1-1")));
        state.alive("n2");
        groups.step();
        assertEquals("READY", groups.stateOf("1-1"));
        assertEquals("n1 n2 n2 n1", groups.nodes("1-1"));
    }

    @Test
    void whatIsAddedToOneThatIsPendingWaitsForItsFirstBundles() {
        nodes("n1");
        groups.group("1-1", Strategy.PACK, bundle(0, 5_000, 0));
        groups.add("1-1", added(1, 1, 1_000));
        groups.step();
        assertEquals("PENDING", groups.stateOf("1-1"));
        assertEquals("- -", groups.nodes("1-1"));
        assertTrue(
                groups.rooms().explain(groups.group("1-1")).endsWith("; bundles that were added later wait, too: 1"),
                () -> groups.rooms().explain(groups.group("1-1")));
        state.node("n2", NodeState.ALIVE, 5_000).registered("n2", 5_000).heard("n2");
        groups.step();
        assertEquals("READY", groups.stateOf("1-1"));
    }

    @Test
    void bundlesOfADeadNodeGetOtherRoomAndTheirActorsFollow() {
        nodes("n1", "n2", "n3");
        groups.group("1-1", Strategy.STRICT_SPREAD, bundle(0, 3_000, 0), bundle(1, 3_000, 0));
        assertEquals("n1/0", groups.placedIn("a", "1-1", 0, 2_000));
        assertEquals("n2/1", groups.placedIn("b", "1-1", 1, 2_000));
        becomes("n1", NodeState.DEAD);
        groups.step();
        assertEquals("READY", groups.stateOf("1-1"));
        assertEquals("n3 n2", groups.nodes("1-1"));
        assertEquals("n3/0", groups.placed("a"), "its next life");
        assertEquals("n2/1", groups.placed("b"), "the other goes on");
        assertEquals(1, state.actor("b").getIncarnation());
    }

    @Test
    void bundlesOfADeadNodeWaitTogetherWhereThereIsNoRoom() {
        nodes("n1", "n2");
        groups.group("1-1", Strategy.STRICT_PACK, bundle(0, 2_000, 0), bundle(1, 2_000, 0));
        groups.step();
        assertEquals("n1 n1", groups.nodes("1-1"));
        groups.group("1-2", Strategy.PACK, bundle(0, 1_000, 0));
        groups.step();
        assertEquals("n2", groups.nodes("1-2"));
        becomes("n1", NodeState.DEAD);
        groups.step();
        assertEquals("RESCHEDULING", groups.stateOf("1-1"));
        assertEquals("- -", groups.nodes("1-1"), "three CPUs are free: not half of it");
        groups.remove("1-2");
        groups.step();
        assertEquals("READY", groups.stateOf("1-1"));
        assertEquals("n2 n2", groups.nodes("1-1"));
    }

    @Test
    void whoLostItsRoomGoesBeforeWhoNeverHadAny() {
        nodes("n1", "n2");
        groups.group("1-5", Strategy.PACK, bundle(0, 4_000, 0));
        groups.step();
        groups.group("1-1", Strategy.PACK, bundle(0, 8_000, 0));
        groups.group("1-2", Strategy.PACK, bundle(0, 4_000, 0));
        becomes("n1", NodeState.DEAD);
        groups.step();
        assertEquals("n2", groups.nodes("1-5"));
        assertEquals("PENDING", groups.stateOf("1-2"));
    }

    @Test
    void aSilentNodeKeepsItsBundlesButTakesNothingNew() {
        nodes("n1");
        groups.group("1-1", Strategy.PACK, bundle(0, 2_000, 0));
        groups.step();
        becomes("n1", NodeState.SUSPECT);
        assertEquals("PENDING", groups.placed("a", "1-1", 1_000));
        assertEquals("READY", groups.stateOf("1-1"));
        assertTrue(groups.rooms().explain(state.actor("a")).endsWith(", but its node is SUSPECT"), () -> groups.rooms()
                .explain(state.actor("a")));
    }

    @Test
    void aDrainedNodesBundlesMoveUnlessWhatIsInThemMayNot() {
        nodes("n1", "n2");
        groups.group("1-1", Strategy.STRICT_SPREAD, bundle(0, 1_000, 0), bundle(1, 1_000, 0));
        assertEquals("n1/0", groups.placedIn("a", "1-1", 0, 1_000));
        becomes("n1", NodeState.DRAINING);
        groups.step();
        assertEquals("n1 n2", groups.nodes("1-1"), "there is no third node");
        state.alive("n3");
        groups.step();
        assertEquals("n3 n2", groups.nodes("1-1"));
        assertEquals("READY", groups.stateOf("1-1"), "it had its room all the time");
        state.commit(new NodeDrainReconciler());
        assertEquals("n3/0", groups.placed("a"));

        becomes("n2", NodeState.DRAINING);
        state.alive("n4");
        groups.pending("b", "1-1", NodeChoice.newBuilder().setBundle(1), 1_000, 0);
        groups.step();
        assertEquals("n3 n4", groups.nodes("1-1"), "an empty one moves at once");
    }

    @Test
    void oneWhoseActorMayNotRestartStays() {
        nodes("n1", "n2");
        groups.group("1-1", Strategy.PACK, bundle(0, 1_000, 0));
        groups.step();
        ActorRecord settler = groups.pending("a", "1-1", NodeChoice.newBuilder(), 1_000, 0);
        state.write(Write.put(settler.toBuilder()
                .setSpec(settler.getSpec().toBuilder().setMaxRestarts(0))
                .build()));
        assertEquals("n1/0", groups.placed("a"));
        becomes("n1", NodeState.DRAINING);
        groups.step();
        assertEquals("n1", groups.nodes("1-1"));
        state.forget("n1").commit(new NodeReconciler());
        assertEquals("DRAINING", state.records.node("n1").orElseThrow().getState());
    }

    @Test
    void strictlyPackedBundlesMoveTogether() {
        nodes("n1", "n2");
        groups.group("1-1", Strategy.STRICT_PACK, bundle(0, 2_000, 0), bundle(1, 2_000, 0));
        groups.step();
        groups.group("1-2", Strategy.PACK, bundle(0, 1_000, 0));
        groups.step();
        becomes("n1", NodeState.DRAINING);
        groups.step();
        assertEquals("n1 n1", groups.nodes("1-1"), "three CPUs are free elsewhere");
        groups.remove("1-2");
        groups.step();
        assertEquals("n2 n2", groups.nodes("1-1"));
    }

    @Test
    void aDrainedNodeIsEmptyOnlyWithoutBundles() {
        nodes("n1");
        groups.group("1-1", Strategy.PACK, bundle(0, 1_000, 0));
        groups.step();
        becomes("n1", NodeState.DRAINING);
        groups.step();
        state.commit(new NodeReconciler());
        assertEquals("DRAINING", state.records.node("n1").orElseThrow().getState());
        groups.remove("1-1");
        state.commit(new NodeReconciler());
        assertEquals("DRAINED", state.records.node("n1").orElseThrow().getState());
    }

    @Test
    void whatIsInAGroupEndsWithItAndIsToldWhy() {
        nodes("n1");
        groups.group("1-1", Strategy.PACK, bundle(0, 2_000, 0));
        groups.placed("a", "1-1", 1_000);
        groups.remove("1-1");
        groups.step();
        ActorRecord ended = state.actor("a");
        assertEquals("DRAINING", ended.getState());
        assertEquals("group", ended.getCauses(0).getKind());
        assertEquals(
                "placement group 'g1-1' was removed: a driver removed it",
                ended.getCauses(0).getMessage());
        assertEquals("REMOVED", groups.stateOf("1-1"));
        assertEquals("-", groups.nodes("1-1"));
        assertTrue(groups.rooms().neverFits(ended));
    }

    @Test
    void removedGroupsAreForgottenButTheLastOnesAndThoseInWhichSomethingIsLeft() {
        nodes("n1");
        groups.group("1-0", Strategy.PACK, bundle(0, 1_000, 0));
        groups.placed("a", "1-0", 500);
        groups.remove("1-0");
        for (int i = 1; i <= PlacementGroupReconciler.REMOVED_KEPT + 5; i++) {
            groups.after(Duration.ofMillis(1));
            groups.group("1-" + Integer.toHexString(i), Strategy.PACK, bundle(0, 1_000, 0));
            groups.remove("1-" + Integer.toHexString(i));
        }
        groups.step();
        assertEquals(
                PlacementGroupReconciler.REMOVED_KEPT + 1,
                state.records.placementGroups().size());
        assertTrue(state.records.placementGroup("1-0").isPresent(), "its actor has not ended");
        assertTrue(state.records.placementGroup("1-1").isEmpty());
    }
}
