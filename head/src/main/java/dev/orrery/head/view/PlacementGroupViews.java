package dev.orrery.head.view;

import dev.orrery.head.proto.BundleRecord;
import dev.orrery.head.proto.PlacementGroupRecord;
import dev.orrery.head.reconcile.ClusterState;
import dev.orrery.head.reconcile.Lives;
import dev.orrery.head.reconcile.PlacementGroups;
import dev.orrery.head.reconcile.Rooms;
import dev.orrery.head.reconcile.Scope;
import dev.orrery.head.state.ActorState;
import dev.orrery.internal.proto.BundleView;
import dev.orrery.internal.proto.PlacementGroupView;

/** A placement group, where its bundles have their room and what is in them, and why some wait. */
public final class PlacementGroupViews {
    private PlacementGroupViews() {}

    public static PlacementGroupView of(ClusterState state, PlacementGroupRecord group) {
        return of(state, new Rooms(state.records(), state.observed(), state.settings()), group);
    }

    static PlacementGroupView of(ClusterState state, Rooms rooms, PlacementGroupRecord group) {
        PlacementGroupView.Builder view = PlacementGroupView.newBuilder()
                .setGroup(group.getGroup())
                .setSpec(group.getSpec())
                .setState(group.getState())
                .setActors((int) state.records().actorsOf(Scope.PLAIN).stream()
                        .filter(actor -> PlacementGroups.groupOf(actor).equals(group.getGroup())
                                && Lives.stateOf(actor) != ActorState.DEAD)
                        .count());
        group.getBundlesList().forEach(bundle -> view.addBundles(bundle(rooms, group, bundle)));
        if (group.hasCause()) {
            view.setCause(group.getCause());
        }
        String reason = PlacementGroups.isWanted(group) ? rooms.explain(group) : "";
        if (!reason.isEmpty()) {
            view.setReason(reason).setNeverFits(rooms.neverFits(group));
        }
        return view.build();
    }

    private static BundleView bundle(Rooms rooms, PlacementGroupRecord group, BundleRecord bundle) {
        return BundleView.newBuilder()
                .setNumber(bundle.getNumber())
                .setNeed(bundle.getNeed())
                .setNode(bundle.getNode())
                .addAllGpus(bundle.getGpusList())
                .setUsed(rooms.used(group, bundle.getNumber()))
                .setActors(rooms.actors(group, bundle.getNumber()))
                .setLost(bundle.getLost())
                .build();
    }
}
