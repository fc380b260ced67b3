package dev.orrery.head.reconcile;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.BundleRecord;
import dev.orrery.head.proto.NodeRecord;
import dev.orrery.head.proto.PlacementGroupRecord;
import dev.orrery.head.state.NodeState;
import dev.orrery.head.state.PlacementGroupEvent;
import dev.orrery.head.state.PlacementGroupState;
import dev.orrery.internal.proto.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Questions about placement groups that several reconcilers, services and views ask; and how one is removed. */
public final class PlacementGroups {
    /** Of the causes of actors that end with their group. */
    static final String CAUSE = "group";

    /** A bundle that has its room. */
    public record Reserved(PlacementGroupRecord group, BundleRecord bundle) {}

    private PlacementGroups() {}

    public static PlacementGroupState stateOf(PlacementGroupRecord group) {
        return PlacementGroupState.valueOf(group.getState());
    }

    /** For people. */
    public static String describe(PlacementGroupRecord group) {
        String name = group.getSpec().getName();
        return "placement group " + (name.isEmpty() ? group.getGroup() : "'" + name + "'");
    }

    /** Of one that is not wanted any more. */
    public static String whyRemoved(PlacementGroupRecord group) {
        return describe(group) + " was removed: " + group.getCause().getMessage();
    }

    public static String noSuchBundle(PlacementGroupRecord group, int number) {
        return "%s has no bundle %d; it has %s"
                .formatted(
                        describe(group),
                        number,
                        group.getBundlesList().stream()
                                .map(bundle -> Integer.toString(bundle.getNumber()))
                                .collect(Collectors.joining(", ")));
    }

    public static boolean isWanted(PlacementGroupRecord group) {
        return stateOf(group) != PlacementGroupState.REMOVED;
    }

    /** Whether it ends with its job. */
    public static boolean isOwned(PlacementGroupRecord group) {
        return !group.getSpec().getJob().isEmpty() && !group.getSpec().getDetached();
    }

    public static boolean hasRoom(BundleRecord bundle) {
        return !bundle.getNode().isEmpty();
    }

    public static Optional<BundleRecord> bundle(PlacementGroupRecord group, int number) {
        return group.getBundlesList().stream()
                .filter(bundle -> bundle.getNumber() == number)
                .findFirst();
    }

    /** The id of the group that the actor is to live in; empty: none. */
    public static String groupOf(ActorRecord actor) {
        return actor.getSpec().getNodeChoice().getGroup();
    }

    public static boolean isInGroup(ActorRecord actor) {
        return !groupOf(actor).isEmpty();
    }

    /** Whether a life of it takes, or may take, its room from that bundle and no other. */
    public static boolean isBoundTo(ActorRecord actor, PlacementGroupRecord group, int number) {
        boolean named = actor.getSpec().getNodeChoice().hasBundle()
                && actor.getSpec().getNodeChoice().getBundle() == number;
        boolean there = Lives.isPlaced(actor) && actor.getBundle() == number;
        return groupOf(actor).equals(group.getGroup()) && (named || there);
    }

    /** Whether this life of it has its room in that bundle. */
    static boolean isIn(ActorRecord actor, PlacementGroupRecord group, BundleRecord bundle) {
        return groupOf(actor).equals(group.getGroup())
                && Lives.isPlaced(actor)
                && actor.getBundle() == bundle.getNumber()
                && actor.getNode().equals(bundle.getNode());
    }

    public static Stream<Reserved> reserved(Records records) {
        return records.placementGroups().stream()
                .filter(PlacementGroups::isWanted)
                .flatMap(group -> group.getBundlesList().stream()
                        .filter(PlacementGroups::hasRoom)
                        .map(bundle -> new Reserved(group, bundle)));
    }

    /** Bundles that have their room on that node. */
    public static Stream<Reserved> reservedOn(Records records, String node) {
        return reserved(records).filter(reserved -> reserved.bundle().getNode().equals(node));
    }

    /**
     * The bundles that wait, those first that get their room first; what is together gets it all at once. A group that never had
     * any waits for that of its first bundles before that of those that were added.
     */
    static List<List<BundleRecord>> waiting(PlacementGroupRecord group) {
        List<BundleRecord> lost = group.getBundlesList().stream()
                .filter(bundle -> !hasRoom(bundle) && bundle.getLost())
                .toList();
        Map<Integer, List<BundleRecord>> added = new TreeMap<>();
        group.getBundlesList().stream()
                .filter(bundle -> !hasRoom(bundle) && !bundle.getLost())
                .forEach(bundle -> added.computeIfAbsent(bundle.getAddedWith(), with -> new ArrayList<>())
                        .add(bundle));
        List<List<BundleRecord>> waiting = new ArrayList<>();
        if (!lost.isEmpty()) {
            waiting.add(lost);
        }
        waiting.addAll(added.values());
        return waiting;
    }

    /** Whether something of one is on its way somewhere, so that time alone may call for its next step. */
    static boolean areRestless(Records records) {
        return records.placementGroups().stream()
                        .anyMatch(group -> isWanted(group) && stateOf(group) != PlacementGroupState.READY)
                || reserved(records)
                        .anyMatch(
                                reserved -> isLeaving(records, reserved.bundle().getNode()));
    }

    /** Whether what has its room there is to move elsewhere. */
    static boolean isLeaving(Records records, String node) {
        return records.node(node)
                .map(NodeRecord::getState)
                .map(NodeState::valueOf)
                .filter(state -> state == NodeState.DRAINING || state == NodeState.DRAINED)
                .isPresent();
    }

    /** Ends one that is wanted. What was placed in it ends by the next step. */
    public static void remove(Draft draft, PlacementGroupRecord group, Failure cause, String why) {
        PlacementGroupRecord.Builder removed = group.toBuilder().setCause(Causes.cut(cause));
        removed.getBundlesBuilderList()
                .forEach(bundle -> bundle.clearNode().clearGpus().clearLost());
        draft.fire(removed.build(), PlacementGroupEvent.REMOVE_ASKED, why);
    }
}
