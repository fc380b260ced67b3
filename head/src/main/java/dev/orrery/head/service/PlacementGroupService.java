package dev.orrery.head.service;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.BundleRecord;
import dev.orrery.head.proto.PlacementGroupRecord;
import dev.orrery.head.reconcile.Causes;
import dev.orrery.head.reconcile.Draft;
import dev.orrery.head.reconcile.Ids;
import dev.orrery.head.reconcile.Lives;
import dev.orrery.head.reconcile.PlacementGroups;
import dev.orrery.head.reconcile.Records;
import dev.orrery.head.reconcile.Scope;
import dev.orrery.head.reconcile.Write;
import dev.orrery.head.state.ActorState;
import dev.orrery.head.state.PlacementGroupEvent;
import dev.orrery.head.state.PlacementGroupState;
import dev.orrery.internal.proto.CreatePlacementGroupRequest;
import dev.orrery.internal.proto.CreatePlacementGroupResponse;
import dev.orrery.internal.proto.DescribePlacementGroupRequest;
import dev.orrery.internal.proto.PlacementBundle;
import dev.orrery.internal.proto.RemovePlacementGroupRequest;
import dev.orrery.internal.proto.RemovePlacementGroupResponse;
import dev.orrery.internal.proto.ResizePlacementGroupRequest;
import dev.orrery.internal.proto.ResizePlacementGroupResponse;
import dev.orrery.internal.rpc.ErrorCodec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Creates, resizes, removes and finds placement groups: each writes into a draft, or throws and writes nothing. */
public final class PlacementGroupService {
    private static final int NAMES_TOLD = 20;
    private static final String ID = "placement-group";

    private PlacementGroupService() {}

    /** The group is there at once; its bundles get their room when there is some. */
    public static CreatePlacementGroupResponse create(Draft draft, CreatePlacementGroupRequest request) {
        Optional<PlacementGroupRecord> before = draft.records().placementGroups().stream()
                .filter(group -> !request.getOperation().isEmpty()
                        && group.getCreateOperation().equals(request.getOperation()))
                .findFirst();
        if (before.isPresent()) {
            return created(before.get());
        }
        PlacementGroupSpecs.check(request);
        checkName(draft.records(), request.getSpec().getName());
        PlacementGroupRecord group = PlacementGroupRecord.newBuilder()
                .setGroup(draft.nextPlacementGroupId())
                .setSpec(request.getSpec())
                .setState(PlacementGroupState.PENDING.name())
                .addAllBundles(bundles(request.getBundlesList(), 0))
                .setNextNumber(request.getBundlesCount())
                .setCreateOperation(request.getOperation())
                .build();
        if (PlacementGroups.isOwned(group)) {
            // Before the group, which would be removed if it were found without it.
            JobService.own(draft, request.getJob());
        }
        draft.write(Write.put(group));
        draft.reason(
                "",
                "%s %s: PENDING (a client creates it)".formatted(PlacementGroups.describe(group), group.getGroup()));
        return created(group);
    }

    private static CreatePlacementGroupResponse created(PlacementGroupRecord group) {
        return CreatePlacementGroupResponse.newBuilder()
                .setGroup(group.getGroup())
                .build();
    }

    private static List<BundleRecord> bundles(List<PlacementBundle> needs, int first) {
        return IntStream.range(0, needs.size())
                .mapToObj(i -> BundleRecord.newBuilder()
                        .setNumber(first + i)
                        .setAddedWith(first)
                        .setNeed(needs.get(i))
                        .build())
                .toList();
    }

    private static void checkName(Records records, String name) {
        named(records, name).filter(PlacementGroups::isWanted).ifPresent(owner -> {
            throw OrreryException.of(
                    ErrorCode.ALREADY_EXISTS,
                    "placement group '" + name + "' is there already (" + owner.getState()
                            + "); remove it first, or use it by its name",
                    Map.of(ID, owner.getGroup()));
        });
    }

    /** The newest of that name; none has the empty one. */
    private static Optional<PlacementGroupRecord> named(Records records, String name) {
        return records.placementGroups().stream()
                .filter(group -> !name.isEmpty() && group.getSpec().getName().equals(name))
                .max(Comparator.comparing(PlacementGroups::isWanted)
                        .thenComparing(PlacementGroupRecord::getGroup, Ids::byAge));
    }

    /** What is added waits for room, all of it together, while all else stays as it is. What is removed must be empty. */
    public static ResizePlacementGroupResponse resize(Draft draft, ResizePlacementGroupRequest request) {
        PlacementGroupRecord group = byId(draft.records(), request.getGroup());
        Optional<Long> before = Operations.outcome(group, request.getOperation());
        if (before.isPresent()) {
            return added(before.get().intValue(), request.getAddCount());
        }
        requireWanted(group);
        checkRemovable(draft.records(), group, request.getRemoveList());
        int first = group.getNextNumber();
        Set<Integer> removed = new HashSet<>(request.getRemoveList());
        List<BundleRecord> resized = Stream.concat(
                        group.getBundlesList().stream().filter(bundle -> !removed.contains(bundle.getNumber())),
                        bundles(request.getAddList(), first).stream())
                .toList();
        List<String> errors = new ArrayList<>();
        PlacementGroupSpecs.checkBundles(errors, request.getAddList(), first);
        PlacementGroupSpecs.checkSize(
                errors, resized.stream().map(BundleRecord::getNeed).toList());
        if (resized.isEmpty()) {
            errors.add("it has at least one bundle; remove the group instead");
        }
        PlacementGroupSpecs.refuse(errors, PlacementGroups.describe(group));
        PlacementGroupRecord now = Operations.add(group.toBuilder(), request.getOperation(), first)
                .clearBundles()
                .addAllBundles(resized)
                .setNextNumber(first + request.getAddCount())
                .build();
        draft.write(Write.put(now));
        if (request.getAddCount() > 0 && PlacementGroups.stateOf(now) == PlacementGroupState.READY) {
            draft.fire(now, PlacementGroupEvent.GROWN, "a client adds bundles");
        }
        return added(first, request.getAddCount());
    }

    private static ResizePlacementGroupResponse added(int first, int count) {
        return ResizePlacementGroupResponse.newBuilder()
                .addAllAdded(IntStream.range(first, first + count).boxed().toList())
                .build();
    }

    private static void checkRemovable(Records records, PlacementGroupRecord group, List<Integer> numbers) {
        for (int number : numbers) {
            if (PlacementGroups.bundle(group, number).isEmpty()) {
                throw OrreryException.of(
                        ErrorCode.NOT_FOUND, PlacementGroups.noSuchBundle(group, number), Map.of(ID, group.getGroup()));
            }
            List<String> there = records.actorsOf(Scope.PLAIN).stream()
                    .filter(actor ->
                            Lives.stateOf(actor) != ActorState.DEAD && PlacementGroups.isBoundTo(actor, group, number))
                    .map(PlacementGroupService::describe)
                    .toList();
            if (!there.isEmpty()) {
                throw OrreryException.of(
                        ErrorCode.IN_USE,
                        "bundle %d of %s is not empty: %s; what lives in it, or is to, has to end first"
                                .formatted(number, PlacementGroups.describe(group), String.join(", ", there)),
                        Map.of(ID, group.getGroup()));
            }
        }
    }

    private static String describe(ActorRecord actor) {
        return actor.getSpec().getRunsTasks()
                ? "a worker of tasks (" + actor.getActor() + ")"
                : "actor '" + actor.getLabel() + "' (" + actor.getActor() + ")";
    }

    /** What is removed or forgotten stays so. */
    public static RemovePlacementGroupResponse remove(Draft draft, RemovePlacementGroupRequest request) {
        draft.records()
                .placementGroup(request.getGroup())
                .filter(PlacementGroups::isWanted)
                .ifPresent(group -> PlacementGroups.remove(
                        draft, group, Causes.of("removed", "a driver removed it"), "a client removes it"));
        return RemovePlacementGroupResponse.getDefaultInstance();
    }

    /** By name, the one that is there, or else the one of that name that was removed last. Throws NOT_FOUND. */
    public static PlacementGroupRecord find(Records records, DescribePlacementGroupRequest request) {
        return switch (request.getWhichCase()) {
            case GROUP -> byId(records, request.getGroup());
            case NAME -> byName(records, request.getName());
            case WHICH_NOT_SET ->
                throw OrreryException.of(
                        ErrorCode.INVALID_ARGUMENT, "say which placement group, by its id or its name");
        };
    }

    private static PlacementGroupRecord byId(Records records, String id) {
        return records.placementGroup(id)
                .orElseThrow(() -> OrreryException.of(
                        ErrorCode.NOT_FOUND,
                        "there is no placement group " + id
                                + "; if there was, it was removed so long ago that it is forgotten",
                        Map.of(ID, id)));
    }

    private static PlacementGroupRecord byName(Records records, String name) {
        return named(records, name).orElseThrow(() -> {
            List<String> names = records.placementGroups().stream()
                    .map(group -> group.getSpec().getName())
                    .filter(known -> !known.isEmpty())
                    .distinct()
                    .limit(NAMES_TOLD)
                    .toList();
            String there =
                    names.isEmpty() ? "no placement group has a name" : "names there are: " + String.join(", ", names);
            return OrreryException.of(
                    ErrorCode.NOT_FOUND, "no placement group is called '" + name + "'; " + there, Map.of(ID, name));
        });
    }

    private static void requireWanted(PlacementGroupRecord group) {
        if (!PlacementGroups.isWanted(group)) {
            throw OrreryException.of(
                    ErrorCode.NOT_FOUND,
                    PlacementGroups.describe(group) + " was removed",
                    Map.of(ID, group.getGroup()),
                    Optional.of(ErrorCodec.fromMessage(group.getCause())));
        }
    }

    /** Whether an actor may be placed in the group that it names. Throws NOT_FOUND. */
    static void requirePlaceFor(Records records, ActorRecord actor) {
        PlacementGroupRecord group = byId(records, PlacementGroups.groupOf(actor));
        requireWanted(group);
        boolean namesOne = actor.getSpec().getNodeChoice().hasBundle();
        int number = actor.getSpec().getNodeChoice().getBundle();
        if (namesOne && PlacementGroups.bundle(group, number).isEmpty()) {
            throw OrreryException.of(
                    ErrorCode.NOT_FOUND, PlacementGroups.noSuchBundle(group, number), Map.of(ID, group.getGroup()));
        }
    }
}
