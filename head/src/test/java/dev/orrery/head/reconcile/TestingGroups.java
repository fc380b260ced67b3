package dev.orrery.head.reconcile;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.BundleRecord;
import dev.orrery.head.proto.PlacementGroupRecord;
import dev.orrery.head.state.ActorState;
import dev.orrery.head.state.PlacementGroupState;
import dev.orrery.internal.proto.NodeChoice;
import dev.orrery.internal.proto.PlacementBundle;
import dev.orrery.internal.proto.PlacementGroupSpec;
import dev.orrery.internal.proto.PlacementGroupSpec.Strategy;
import dev.orrery.internal.proto.PlainActorSpec;
import dev.orrery.internal.proto.Resources;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** Placement groups in a state made by hand. */
final class TestingGroups {
    final TestingState state = new TestingState();
    private final PlacementGroupReconciler groups = new PlacementGroupReconciler();
    private final ActorReconciler actors = new ActorReconciler();

    static BundleRecord bundle(int number, long milliCpus, int gpus) {
        return BundleRecord.newBuilder()
                .setNumber(number)
                .setNeed(PlacementBundle.newBuilder()
                        .setResources(
                                Resources.newBuilder().setMilliCpus(milliCpus).setGpus(gpus)))
                .build();
    }

    /** Added with others, of which that is the first. */
    static BundleRecord added(int number, int with, long milliCpus) {
        return bundle(number, milliCpus, 0).toBuilder().setAddedWith(with).build();
    }

    /** PENDING. */
    void group(String id, Strategy strategy, BundleRecord... bundles) {
        state.write(Write.put(PlacementGroupRecord.newBuilder()
                .setGroup(id)
                .setSpec(PlacementGroupSpec.newBuilder().setName("g" + id).setStrategy(strategy))
                .setState(PlacementGroupState.PENDING.name())
                .addAllBundles(List.of(bundles))
                .setNextNumber(bundles.length)
                .build()));
    }

    void add(String id, BundleRecord... bundles) {
        state.write(
                Write.put(group(id).toBuilder().addAllBundles(List.of(bundles)).build()));
        state.write(Write.put(group(id).toBuilder()
                .setState(stateOf(id).equals("READY") ? PlacementGroupState.RESIZING.name() : stateOf(id))
                .build()));
    }

    PlacementGroupRecord group(String id) {
        return state.records.placementGroup(id).orElseThrow();
    }

    String stateOf(String id) {
        return group(id).getState();
    }

    /** "n1 n2 -": where its bundles have their room. */
    String nodes(String id) {
        return group(id).getBundlesList().stream()
                .map(bundle -> bundle.getNode().isEmpty() ? "-" : bundle.getNode())
                .collect(Collectors.joining(" "));
    }

    Plan step() {
        Plan plan = state.commit(groups);
        state.commit(actors);
        return plan;
    }

    void remove(String id) {
        Draft draft = new Draft(state.state(), state.now);
        PlacementGroups.remove(draft, group(id), Causes.of("removed", "a driver removed it"), "a client removes it");
        state.records.apply(draft.plan().writes());
        state.memory.refresh(state.records, state.now);
    }

    ActorRecord pending(String id, String group, NodeChoice.Builder choice, long milliCpus, int gpus) {
        return pending(
                id,
                group,
                choice,
                Resources.newBuilder().setMilliCpus(milliCpus).setGpus(gpus));
    }

    ActorRecord pending(String id, String group, NodeChoice.Builder choice, Resources.Builder needs) {
        ActorRecord actor = ActorRecord.newBuilder()
                .setActor(id)
                .setLabel(id)
                .setState(ActorState.PENDING.name())
                .setSpec(PlainActorSpec.newBuilder()
                        .setOpenTimeoutMillis(5_000)
                        .setMaxRestarts(5)
                        .setRestartWindowMillis(60_000)
                        .setResources(needs)
                        .setNodeChoice(choice.setGroup(group)))
                .build();
        state.write(Write.put(actor));
        return actor;
    }

    /** Its node and bundle, or its state. */
    String placed(String id) {
        step();
        ActorRecord actor = state.actor(id);
        return actor.getNode().isEmpty() ? actor.getState() : actor.getNode() + "/" + actor.getBundle();
    }

    String placed(String id, String group, long milliCpus) {
        pending(id, group, NodeChoice.newBuilder(), milliCpus, 0);
        return placed(id);
    }

    String placedIn(String id, String group, int bundle, long milliCpus) {
        pending(id, group, NodeChoice.newBuilder().setBundle(bundle), milliCpus, 0);
        return placed(id);
    }

    void after(Duration time) {
        state.after(time);
    }

    Rooms rooms() {
        return new Rooms(state.records, state.observed, Settings.defaults());
    }
}
