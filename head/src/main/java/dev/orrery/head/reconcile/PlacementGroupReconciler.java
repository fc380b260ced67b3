package dev.orrery.head.reconcile;

import dev.orrery.head.placement.Place;
import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.BundleRecord;
import dev.orrery.head.proto.NodeRecord;
import dev.orrery.head.proto.PlacementGroupRecord;
import dev.orrery.head.state.ActorEvent;
import dev.orrery.head.state.ActorState;
import dev.orrery.head.state.NodeState;
import dev.orrery.head.state.PlacementGroupEvent;
import dev.orrery.head.state.PlacementGroupState;
import dev.orrery.internal.proto.PlacementGroupSpec.Strategy;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Gives the bundles of placement groups their room, all that belong together in one step, so that no two groups hold what the
 * other lacks; takes it from dead nodes and, where that costs nothing, from nodes that are being drained; and ends what was
 * placed in a group that was removed. Room that is reserved never gets smaller by itself.
 */
public final class PlacementGroupReconciler implements Reconciler {
    static final int REMOVED_KEPT = 100;

    /** Who had its room once goes before who never had any, then the oldest; who does not fit keeps nobody else waiting. */
    private static final Comparator<PlacementGroupRecord> IN_TURN = Comparator.comparing(
                    (PlacementGroupRecord group) -> PlacementGroups.stateOf(group) != PlacementGroupState.RESCHEDULING)
            .thenComparing(PlacementGroupRecord::getGroup, Ids::byAge);

    @Override
    public void reconcile(Draft draft) {
        if (!draft.looksAt(Scope.PLAIN) || draft.records().placementGroups().isEmpty()) {
            return;
        }
        wanted(draft).forEach(group -> lose(draft, group));
        move(draft);
        reserve(draft);
        endActors(draft);
        forget(draft);
    }

    private static List<PlacementGroupRecord> wanted(Draft draft) {
        return draft.records().placementGroups().stream()
                .filter(PlacementGroups::isWanted)
                .toList();
    }

    private static void lose(Draft draft, PlacementGroupRecord group) {
        PlacementGroupRecord.Builder left = group.toBuilder();
        Set<String> dead = new TreeSet<>();
        for (BundleRecord.Builder bundle : left.getBundlesBuilderList()) {
            if (!bundle.getNode().isEmpty() && isDead(draft, bundle.getNode())) {
                dead.add(bundle.getNode());
                bundle.clearNode().clearGpus().setLost(true);
            }
        }
        if (!dead.isEmpty()) {
            PlacementGroupRecord lost = left.build();
            draft.write(Write.put(lost));
            draft.fire(lost, PlacementGroupEvent.LOST, "dead: node " + String.join(", node ", dead));
        }
    }

    private static boolean isDead(Draft draft, String node) {
        Optional<NodeRecord> record = draft.records().node(node);
        return record.isEmpty() || NodeState.valueOf(record.get().getState()) == NodeState.DEAD;
    }

    /** Off the nodes that are being drained, bundle by bundle: each keeps its room until it has another. */
    private static void move(Draft draft) {
        List<PlacementGroupRecord> leaving = wanted(draft).stream()
                .filter(group -> group.getBundlesList().stream().anyMatch(bundle -> isLeaving(draft, bundle)))
                .toList();
        if (leaving.isEmpty()) {
            return;
        }
        Rooms rooms = new Rooms(draft.records(), draft.observed(), draft.settings());
        for (PlacementGroupRecord group : leaving) {
            if (group.getSpec().getStrategy() == Strategy.STRICT_PACK) {
                moveTogether(draft, rooms, group);
            } else {
                moveOneByOne(draft, rooms, group);
            }
        }
    }

    private static void moveTogether(Draft draft, Rooms rooms, PlacementGroupRecord group) {
        List<BundleRecord> all =
                group.getBundlesList().stream().filter(PlacementGroups::hasRoom).toList();
        if (all.stream().allMatch(bundle -> mayMove(draft, group, bundle))) {
            moved(draft, group, rooms.reserve(group, all));
        }
    }

    private static void moveOneByOne(Draft draft, Rooms rooms, PlacementGroupRecord group) {
        PlacementGroupRecord now = group;
        for (BundleRecord bundle : group.getBundlesList()) {
            if (isLeaving(draft, bundle) && mayMove(draft, group, bundle)) {
                now = moved(draft, now, rooms.reserve(now, List.of(bundle)));
            }
        }
    }

    private static boolean isLeaving(Draft draft, BundleRecord bundle) {
        return PlacementGroups.hasRoom(bundle) && PlacementGroups.isLeaving(draft.records(), bundle.getNode());
    }

    /** What lives in it moves after it, unless it may not. */
    private static boolean mayMove(Draft draft, PlacementGroupRecord group, BundleRecord bundle) {
        return draft.records().actorsOn(bundle.getNode()).stream()
                .filter(actor -> PlacementGroups.isIn(actor, group, bundle))
                .allMatch(actor -> Lives.stateOf(actor) == ActorState.DRAINING
                        || NodeDrainReconciler.mayMove(draft.records(), actor));
    }

    private static PlacementGroupRecord moved(Draft draft, PlacementGroupRecord group, Map<Integer, Place> places) {
        if (places.isEmpty()) {
            return group;
        }
        PlacementGroupRecord moved = withRoom(group, places);
        draft.write(Write.put(moved));
        draft.reason(
                "",
                "%s: off a node that is being drained: %s"
                        .formatted(PlacementGroups.describe(group), describe(places)));
        return moved;
    }

    private static String describe(Map<Integer, Place> places) {
        return places.entrySet().stream()
                .map(place ->
                        "bundle " + place.getKey() + " to " + place.getValue().node())
                .collect(Collectors.joining(", "));
    }

    private static void reserve(Draft draft) {
        List<PlacementGroupRecord> waiting = wanted(draft).stream()
                .filter(group -> PlacementGroups.stateOf(group) != PlacementGroupState.READY)
                .sorted(IN_TURN)
                .toList();
        if (waiting.isEmpty()) {
            return;
        }
        Rooms rooms = new Rooms(draft.records(), draft.observed(), draft.settings());
        waiting.forEach(group -> settle(draft, group, reserve(rooms, group)));
    }

    private static PlacementGroupRecord reserve(Rooms rooms, PlacementGroupRecord group) {
        boolean pending = PlacementGroups.stateOf(group) == PlacementGroupState.PENDING;
        PlacementGroupRecord now = group;
        for (List<BundleRecord> together : PlacementGroups.waiting(group)) {
            Map<Integer, Place> places = rooms.reserve(now, together);
            if (pending && places.isEmpty()) {
                return group;
            }
            pending = false;
            now = withRoom(now, places);
        }
        return now;
    }

    private static PlacementGroupRecord withRoom(PlacementGroupRecord group, Map<Integer, Place> places) {
        PlacementGroupRecord.Builder reserved = group.toBuilder().clearBundles();
        for (BundleRecord bundle : group.getBundlesList()) {
            Place place = places.get(bundle.getNumber());
            reserved.addBundles(place == null ? bundle : GroupNeeds.at(bundle, place));
        }
        return reserved.build();
    }

    private static void settle(Draft draft, PlacementGroupRecord before, PlacementGroupRecord now) {
        if (!now.equals(before)) {
            draft.write(Write.put(now));
        }
        List<List<BundleRecord>> waiting = PlacementGroups.waiting(now);
        if (waiting.isEmpty()) {
            draft.fire(now, PlacementGroupEvent.RESERVED, "all bundles have room: on " + nodes(now));
        } else if (waiting.get(0).get(0).getLost()) {
            draft.fire(now, PlacementGroupEvent.LOST, "bundles wait for other room");
        } else if (now.getBundlesList().stream().anyMatch(PlacementGroups::hasRoom)) {
            draft.fire(now, PlacementGroupEvent.GROWN, "bundles that were added wait for room");
        }
    }

    private static String nodes(PlacementGroupRecord group) {
        return group.getBundlesList().stream()
                .map(BundleRecord::getNode)
                .distinct()
                .sorted()
                .collect(Collectors.joining(", "));
    }

    private static void endActors(Draft draft) {
        for (ActorRecord actor : draft.records().actorsOf(Scope.PLAIN)) {
            ActorState state = Lives.stateOf(actor);
            if (PlacementGroups.isInGroup(actor) && state != ActorState.DEAD && state != ActorState.DRAINING) {
                endWithGroup(draft, actor);
            }
        }
    }

    private static void endWithGroup(Draft draft, ActorRecord actor) {
        String id = PlacementGroups.groupOf(actor);
        Optional<PlacementGroupRecord> group = draft.records().placementGroup(id);
        if (group.filter(PlacementGroups::isWanted).isPresent()) {
            return;
        }
        String why = group.map(PlacementGroups::whyRemoved).orElse("its placement group " + id + " is gone");
        draft.fire(
                Causes.add(actor.toBuilder(), Causes.of(PlacementGroups.CAUSE, why))
                        .build(),
                ActorEvent.DRAIN_ASKED,
                why);
    }

    /** All but the last few, whose causes are asked for. */
    private static void forget(Draft draft) {
        List<PlacementGroupRecord> removed = draft.records().placementGroups().stream()
                .filter(group -> !PlacementGroups.isWanted(group))
                .toList();
        if (removed.size() <= REMOVED_KEPT) {
            return;
        }
        Set<String> used = new HashSet<>();
        draft.records().actorsOf(Scope.PLAIN).stream()
                .filter(actor -> Lives.stateOf(actor) != ActorState.DEAD)
                .forEach(actor -> used.add(PlacementGroups.groupOf(actor)));
        removed.stream()
                .sorted(Comparator.comparing(
                                (PlacementGroupRecord group) -> draft.memory().inState(group, draft.nowNanos()))
                        .reversed())
                .limit((long) removed.size() - REMOVED_KEPT)
                .filter(group -> !used.contains(group.getGroup()))
                .forEach(group -> draft.write(Write.delete(group)));
    }
}
