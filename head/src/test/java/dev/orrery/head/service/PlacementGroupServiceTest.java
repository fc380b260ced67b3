package dev.orrery.head.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.PlacementGroupRecord;
import dev.orrery.head.reconcile.ClusterState;
import dev.orrery.head.reconcile.Draft;
import dev.orrery.head.reconcile.Ids;
import dev.orrery.head.reconcile.Memory;
import dev.orrery.head.reconcile.Observed;
import dev.orrery.head.reconcile.Records;
import dev.orrery.head.reconcile.Settings;
import dev.orrery.head.reconcile.Told;
import dev.orrery.head.reconcile.Write;
import dev.orrery.internal.proto.ActorFunction;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.CreatePlacementGroupRequest;
import dev.orrery.internal.proto.DescribePlacementGroupRequest;
import dev.orrery.internal.proto.Job;
import dev.orrery.internal.proto.MethodReference;
import dev.orrery.internal.proto.NodeChoice;
import dev.orrery.internal.proto.PlacementBundle;
import dev.orrery.internal.proto.PlacementGroupSpec;
import dev.orrery.internal.proto.PlacementGroupSpec.Strategy;
import dev.orrery.internal.proto.PlainActorSpec;
import dev.orrery.internal.proto.RemovePlacementGroupRequest;
import dev.orrery.internal.proto.ResizePlacementGroupRequest;
import dev.orrery.internal.proto.Resources;
import dev.orrery.internal.proto.StartActorRequest;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What drivers may ask about placement groups. */
class PlacementGroupServiceTest {
    private final Records records = new Records();
    private final ActorService actors = new ActorService(artifacts -> List.of());
    private final Ids ids = new Ids(7);

    private <R> R commit(Function<Draft, R> change) {
        Draft draft = new Draft(
                new ClusterState(
                        7, 0, Settings.defaults(), records, new Observed(), new Memory(), new NothingTold(), ids),
                0);
        R answer = change.apply(draft);
        records.apply(draft.plan().writes());
        return answer;
    }

    private record NothingTold() implements Told {
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

    private static PlacementBundle cpus(long cpus) {
        return PlacementBundle.newBuilder()
                .setResources(Resources.newBuilder().setMilliCpus(1_000 * cpus))
                .build();
    }

    private static CreatePlacementGroupRequest.Builder request(String name, PlacementBundle... bundles) {
        return CreatePlacementGroupRequest.newBuilder()
                .setSpec(PlacementGroupSpec.newBuilder().setName(name))
                .addAllBundles(List.of(bundles));
    }

    private String create(CreatePlacementGroupRequest.Builder request) {
        return commit(draft -> PlacementGroupService.create(draft, request.build()))
                .getGroup();
    }

    private List<Integer> resize(ResizePlacementGroupRequest.Builder request) {
        return commit(draft -> PlacementGroupService.resize(draft, request.build()))
                .getAddedList();
    }

    private static ResizePlacementGroupRequest.Builder resizing(String group) {
        return ResizePlacementGroupRequest.newBuilder().setGroup(group);
    }

    private void remove(String group) {
        commit(draft -> PlacementGroupService.remove(
                draft, RemovePlacementGroupRequest.newBuilder().setGroup(group).build()));
    }

    private PlacementGroupRecord group(String id) {
        return records.placementGroup(id).orElseThrow();
    }

    private List<Integer> numbers(String id) {
        return group(id).getBundlesList().stream()
                .map(bundle -> bundle.getNumber())
                .toList();
    }

    /** As if its bundles had got their room. */
    private void reserved(String id) {
        PlacementGroupRecord.Builder reserved = group(id).toBuilder().setState("READY");
        reserved.getBundlesBuilderList().forEach(bundle -> bundle.setNode("n1"));
        records.apply(List.of(Write.put(reserved.build())));
    }

    private String start(NodeChoice.Builder choice, long cpus) {
        PlainActorSpec.Builder spec = PlainActorSpec.newBuilder()
                .setName("x")
                .setFactory(ActorFunction.newBuilder()
                        .setMethod(MethodReference.newBuilder().setOwner("A").setName("<init>")))
                .setOpenTimeoutMillis(1_000)
                .setMaxPendingCalls(10)
                .setResources(Resources.newBuilder().setMilliCpus(1_000 * cpus))
                .setNodeChoice(choice);
        return commit(draft -> actors.start(
                        draft, StartActorRequest.newBuilder().setActor(spec).build()))
                .getActor();
    }

    private static OrreryException refused(ErrorCode code, Runnable call) {
        OrreryException refused = assertThrows(OrreryException.class, call::run);
        assertEquals(code, refused.code(), refused.getMessage());
        return refused;
    }

    @Test
    void aGroupIsThereAtOnceAndWaits() {
        String id = create(request("trainers", cpus(1), cpus(2)));
        assertEquals("PENDING", group(id).getState());
        assertEquals(List.of(0, 1), numbers(id));
        assertEquals(2_000, group(id).getBundles(1).getNeed().getResources().getMilliCpus());
    }

    @Test
    void aResentRequestFindsTheFirstOutcome() {
        CreatePlacementGroupRequest.Builder request =
                request("trainers", cpus(1)).setOperation("op-1");
        String id = create(request);
        assertEquals(id, create(request));
        ResizePlacementGroupRequest.Builder more =
                resizing(id).setOperation("op-2").addAdd(cpus(1)).addAdd(cpus(1));
        assertEquals(List.of(1, 2), resize(more));
        assertEquals(List.of(1, 2), resize(more));
        assertEquals(List.of(0, 1, 2), numbers(id));
    }

    @Test
    void allThatIsWrongIsToldAtOnce() {
        CreatePlacementGroupRequest.Builder request = request(
                        "no name",
                        PlacementBundle.newBuilder()
                                .setResources(
                                        Resources.newBuilder().setMilliCpus(-1).setMilliGpu(500))
                                .setNodeChoice(NodeChoice.newBuilder().setGroup("7-1"))
                                .build(),
                        PlacementBundle.newBuilder()
                                .setNodeChoice(NodeChoice.newBuilder()
                                        .setPolicy(NodeChoice.Policy.PACK)
                                        .putLabels("zone", "no blanks"))
                                .build())
                .setJob(Job.newBuilder().setId("other"));
        request.getSpecBuilder().setStrategyValue(99).setJob("mine");
        String message =
                refused(ErrorCode.INVALID_ARGUMENT, () -> create(request)).getMessage();
        for (String part : List.of(
                "'no name' is no name of a placement group",
                "its job is 'mine', not that of its driver, 'other'",
                "this head does not know the strategy",
                "bundle 0: cpus and gpus must not be negative",
                "bundle 0: a bundle has whole GPUs; what is placed in it may have parts of them",
                "bundle 0: only actors and tasks are placed in a placement group",
                "bundle 1: 'zone=no blanks' is no label",
                "bundle 1: the group's strategy decides where it goes")) {
            assertTrue(message.contains(part), message);
        }
        assertEquals(
                "placement group 'g': a placement group has at least one bundle",
                refused(ErrorCode.INVALID_ARGUMENT, () -> create(request("g"))).getMessage());
        assertTrue(records.placementGroups().isEmpty());
    }

    @Test
    void aGroupWhoseRecordWouldBeTooLargeIsRefused() {
        String many = refused(
                        ErrorCode.INVALID_ARGUMENT,
                        () -> create(request("g").addAllBundles(Collections.nCopies(501, cpus(1)))))
                .getMessage();
        assertTrue(many.contains("at most 500 bundles, not 501"), many);
        PlacementBundle wide = PlacementBundle.newBuilder()
                .setResources(Resources.newBuilder().setGpus(16))
                .build();
        String large = refused(
                        ErrorCode.INVALID_ARGUMENT,
                        () -> create(request("g").addAllBundles(Collections.nCopies(100, wide))))
                .getMessage();
        assertTrue(large.contains("use several groups, or fewer and larger bundles"), large);
        String id = create(request("g").addAllBundles(Collections.nCopies(60, wide)));
        refused(ErrorCode.INVALID_ARGUMENT, () -> resize(resizing(id).addAllAdd(Collections.nCopies(20, wide))));
        assertEquals(60, group(id).getBundlesCount());
    }

    @Test
    void aNameIsTakenUntilItsGroupIsRemoved() {
        String id = create(request("trainers", cpus(1)));
        String taken = refused(ErrorCode.ALREADY_EXISTS, () -> create(request("trainers", cpus(1))))
                .getMessage();
        assertTrue(taken.startsWith("placement group 'trainers' is there already (PENDING)"), taken);
        remove(id);
        String next = create(request("trainers", cpus(1)));
        assertEquals(next, find("trainers"));
        remove(next);
        assertEquals(next, find("trainers"), "the one that was removed last");
        create(request("", cpus(1)));
        create(request("", cpus(1)));
        OrreryException unknown = refused(ErrorCode.NOT_FOUND, () -> find("testers"));
        assertTrue(
                unknown.getMessage().startsWith("no placement group is called 'testers'; names there are: trainers"),
                unknown.getMessage());
    }

    private String find(String name) {
        return PlacementGroupService.find(
                        records,
                        DescribePlacementGroupRequest.newBuilder().setName(name).build())
                .getGroup();
    }

    @Test
    void aGroupOfAJobHasItsJobBeforeIt() {
        CreatePlacementGroupRequest.Builder request =
                request("g", cpus(1)).setJob(Job.newBuilder().setId("j1"));
        request.getSpecBuilder().setJob("j1");
        create(request);
        assertEquals("RUNNING", records.job("j1").orElseThrow().getState());
        CreatePlacementGroupRequest.Builder free =
                request("free", cpus(1)).setJob(Job.newBuilder().setId("j2"));
        free.getSpecBuilder().setJob("j2").setDetached(true);
        create(free);
        assertTrue(records.job("j2").isEmpty());
    }

    @Test
    void bundlesComeAndGoAndTheirNumbersNeverRecur() {
        String id = create(request("g", cpus(1), cpus(1)));
        reserved(id);
        assertEquals(List.of(2, 3), resize(resizing(id).addAdd(cpus(1)).addAdd(cpus(2))));
        assertEquals("RESIZING", group(id).getState());
        assertEquals(2, group(id).getBundles(3).getAddedWith());
        resize(resizing(id).addRemove(3).addRemove(0));
        assertEquals(List.of(1, 2), numbers(id));
        assertEquals(List.of(4), resize(resizing(id).addAdd(cpus(1)).addRemove(2)));
        assertEquals(List.of(1, 4), numbers(id));
        assertEquals(
                "placement group 'g' has no bundle 2; it has 1, 4 [placement-group=" + id + "]",
                refused(ErrorCode.NOT_FOUND, () -> resize(resizing(id).addRemove(2)))
                        .getMessage());
        assertTrue(refused(
                        ErrorCode.INVALID_ARGUMENT,
                        () -> resize(resizing(id).addRemove(1).addRemove(4)))
                .getMessage()
                .contains("it has at least one bundle; remove the group instead"));
        assertTrue(refused(ErrorCode.INVALID_ARGUMENT, () -> resize(resizing(id).addAdd(cpus(-1))))
                .getMessage()
                .contains("bundle 5: cpus and gpus must not be negative"));
        assertEquals(List.of(1, 4), numbers(id));
    }

    @Test
    void aBundleInWhichSomethingLivesOrIsToStays() {
        String id = create(request("g", cpus(1), cpus(1)));
        reserved(id);
        String named = start(NodeChoice.newBuilder().setGroup(id).setBundle(1), 1);
        OrreryException used =
                refused(ErrorCode.IN_USE, () -> resize(resizing(id).addRemove(1)));
        assertTrue(
                used.getMessage()
                        .startsWith("bundle 1 of placement group 'g' is not empty: actor 'x' (" + named
                                + "); what lives in it, or is to, has to end first"),
                used.getMessage());
        ActorRecord actor = records.actor(named).orElseThrow();
        records.apply(List.of(
                Write.put(actor.toBuilder().setState("DEAD").build()),
                Write.put(actor.toBuilder()
                        .setActor("7-99")
                        .setState("ALIVE")
                        .setNode("n1")
                        .setBundle(0)
                        .setSpec(PlainActorSpec.newBuilder()
                                .setRunsTasks(true)
                                .setNodeChoice(NodeChoice.newBuilder().setGroup(id)))
                        .build())));
        assertTrue(refused(ErrorCode.IN_USE, () -> resize(resizing(id).addRemove(0)))
                .getMessage()
                .contains("a worker of tasks (7-99)"));
        resize(resizing(id).addRemove(1));
        assertEquals(List.of(0), numbers(id));
    }

    @Test
    void whatIsRemovedStaysSoAndTakesNothingNew() {
        String id = create(request("g", cpus(1)));
        reserved(id);
        remove(id);
        remove(id);
        remove("7-77");
        assertEquals("REMOVED", group(id).getState());
        assertEquals("removed", group(id).getCause().getKind());
        assertEquals("", group(id).getBundles(0).getNode());
        String gone = refused(
                        ErrorCode.NOT_FOUND, () -> start(NodeChoice.newBuilder().setGroup(id), 1))
                .getMessage();
        assertTrue(gone.startsWith("removed: a driver removed it -- placement group 'g' was removed"), gone);
        refused(ErrorCode.NOT_FOUND, () -> resize(resizing(id).addAdd(cpus(1))));
        assertTrue(
                refused(ErrorCode.NOT_FOUND, () -> start(NodeChoice.newBuilder().setGroup("7-77"), 1))
                        .getMessage()
                        .startsWith("there is no placement group 7-77"));
    }

    @Test
    void anActorMustFitABundleOfItsGroup() {
        String id = create(request("g", cpus(1), cpus(2)));
        reserved(id);
        OrreryException large = refused(
                ErrorCode.DOES_NOT_FIT, () -> start(NodeChoice.newBuilder().setGroup(id), 3));
        assertTrue(
                large.getMessage()
                        .startsWith(
                                "actor 'x' needs 3 cpus, 0 gpus of placement group 'g'; bundle 0 on n1 holds 1 cpus 0"
                                        + " gpus, free: 1 cpus 0 gpus"),
                large.getMessage());
        assertTrue(large.getMessage().contains("; no bundle is large enough"), large.getMessage());
        assertTrue(refused(
                        ErrorCode.DOES_NOT_FIT,
                        () -> start(NodeChoice.newBuilder().setGroup(id).setBundle(0), 2))
                .getMessage()
                .contains("; the bundle is too small for it"));
        assertTrue(refused(
                        ErrorCode.NOT_FOUND,
                        () -> start(NodeChoice.newBuilder().setGroup(id).setBundle(2), 1))
                .getMessage()
                .startsWith("placement group 'g' has no bundle 2; it has 0, 1"));
        assertTrue(records.actors().isEmpty());
        assertFalse(start(NodeChoice.newBuilder().setGroup(id).setBundle(1), 2).isEmpty());
    }

    @Test
    void whatIsPlacedInABundleChoosesNoNode() {
        String id = create(request("g", cpus(1)));
        for (NodeChoice.Builder choice : List.of(
                NodeChoice.newBuilder().putLabels("zone", "a"),
                NodeChoice.newBuilder().setNode("n1"),
                NodeChoice.newBuilder().setPolicy(NodeChoice.Policy.SPREAD))) {
            assertTrue(refused(ErrorCode.INVALID_ARGUMENT, () -> start(choice.setGroup(id), 1))
                    .getMessage()
                    .contains("labels, a node and a policy are for bundles, not for what is placed in one"));
        }
        assertTrue(refused(
                        ErrorCode.INVALID_ARGUMENT,
                        () -> start(NodeChoice.newBuilder().setBundle(1), 1))
                .getMessage()
                .contains("bundle 1 of no placement group"));
    }

    @Test
    void strategiesAreKept() {
        CreatePlacementGroupRequest.Builder request = request("g", cpus(1));
        request.getSpecBuilder().setStrategy(Strategy.STRICT_SPREAD);
        assertEquals(Strategy.STRICT_SPREAD, group(create(request)).getSpec().getStrategy());
    }
}
