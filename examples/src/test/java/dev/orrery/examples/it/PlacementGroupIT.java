package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.ActorBuilder;
import dev.orrery.ActorRef;
import dev.orrery.ObjectRef;
import dev.orrery.Orrery;
import dev.orrery.OrreryOptions;
import dev.orrery.PlacementGroup;
import dev.orrery.PlacementGroupState;
import dev.orrery.PlacementStrategy;
import dev.orrery.error.ActorDeadException;
import dev.orrery.error.DeadlineExceededException;
import dev.orrery.error.DoesNotFitException;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.NotFoundException;
import dev.orrery.error.OrreryException;
import dev.orrery.examples.cluster.LocalClusterOptions;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.ClusterView;
import dev.orrery.internal.proto.NodeView;
import dev.orrery.internal.proto.PlacementGroupView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Room that is set aside on three nodes of four CPUs, all or nothing, for those who are placed in it. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PlacementGroupIT extends ClusterScenario {
    private static final Duration MOMENT = Duration.ofMillis(500);
    private final List<PlacementGroup> created = new ArrayList<>();

    @Override
    LocalClusterOptions.Builder options() {
        return super.options()
                .nodes("node-a", "node-b", "node-c")
                .cpusPerNode(4)
                .head("node.dead-after", "4s")
                .head("job.lease", "3s");
    }

    private PlacementGroup group(PlacementStrategy strategy, int bundles, double cpus) {
        PlacementGroup group = orrery().placementGroup()
                .bundles(bundles, b -> b.cpus(cpus))
                .strategy(strategy)
                .create();
        created.add(group);
        return group;
    }

    private PlacementGroup readyGroup(PlacementStrategy strategy, int bundles, double cpus) {
        return group(strategy, bundles, cpus).awaitReady(PATIENCE);
    }

    @AfterEach
    void nothingIsReserved() {
        created.forEach(PlacementGroup::remove);
        created.clear();
        cluster()
                .await(
                        "no room to be taken",
                        view -> view.getNodesList().stream()
                                .allMatch(node -> node.getUsed().getMilliCpus() == 0),
                        PATIENCE);
    }

    private static List<String> nodes(PlacementGroup group) {
        return group.status().bundles().stream()
                .map(bundle -> bundle.node().orElse("-"))
                .toList();
    }

    private ClusterView view() {
        return cluster().observer().cluster(PATIENCE);
    }

    private ActorBuilder<Counter> counter(double cpus) {
        return orrery().actor(Counter::new, 0).cpus(cpus);
    }

    private String nodeOf(Predicate<ActorView> which) {
        return view().getActorsList().stream()
                .filter(which)
                .map(ActorView::getNode)
                .findFirst()
                .orElse("");
    }

    private String nodeOf(ActorRef<?> actor) {
        return nodeOf(view -> view.getLife().getActor().equals(actor.id()));
    }

    private List<Long> used() {
        return view().getNodesList().stream()
                .map(NodeView::getUsed)
                .map(used -> used.getMilliCpus())
                .toList();
    }

    @Test
    @Order(1)
    void eachStrategyLaysItsBundlesOut() {
        Set<String> packed = new TreeSet<>(nodes(readyGroup(PlacementStrategy.PACK, 4, 1)));
        assertEquals(1, packed.size(), "as few nodes as have room: " + packed);
        Set<String> spread = new TreeSet<>(nodes(readyGroup(PlacementStrategy.SPREAD, 2, 1)));
        assertEquals(2, spread.size(), "as many nodes as have room: " + spread);
        Set<String> onOne = new TreeSet<>(nodes(readyGroup(PlacementStrategy.STRICT_PACK, 3, 1)));
        assertEquals(1, onOne.size(), "one node: " + onOne);
        nothingIsReserved();
        Set<String> apart = new TreeSet<>(nodes(readyGroup(PlacementStrategy.STRICT_SPREAD, 3, 4)));
        assertEquals(Set.of("node-a", "node-b", "node-c"), apart);
    }

    @Test
    @Order(2)
    void aGroupGetsAllOfItsRoomOrNoneAndSaysWhatItWaitsFor() throws Exception {
        PlacementGroup first = readyGroup(PlacementStrategy.STRICT_SPREAD, 2, 3);
        PlacementGroup waits = group(PlacementStrategy.STRICT_SPREAD, 2, 3);
        DeadlineExceededException late = assertThrows(DeadlineExceededException.class, () -> waits.awaitReady(MOMENT));
        assertTrue(
                late.getMessage().contains("needs 2 × (3 cpus, 0 gpus), each on another node; free: node-a 1 cpus"),
                late.getMessage());
        assertTrue(late.getMessage().contains("there is room for 1 of 2 bundles now"), late.getMessage());
        assertEquals(List.of(3_000L, 3_000L, 0L), used(), "not half of it is reserved");
        CompletableFuture<PlacementGroup> ready = waits.ready();
        assertFalse(ready.isDone());
        first.remove();
        assertEquals(waits, get(ready));
        assertEquals(PlacementGroupState.READY, waits.status().state());

        PlacementGroup never = group(PlacementStrategy.STRICT_SPREAD, 4, 1);
        String why = assertThrows(DeadlineExceededException.class, () -> never.awaitReady(MOMENT))
                .getMessage();
        assertTrue(why.contains("there is room for 3 of 4 bundles; 1 more node is needed"), why);
        PlacementGroupView listed = view().getPlacementGroupsList().stream()
                .filter(group -> group.getGroup().equals(never.id()))
                .findFirst()
                .orElseThrow();
        assertTrue(listed.getNeverFits());
        assertTrue(why.contains(listed.getReason()), listed.getReason());
    }

    @Test
    @Order(3)
    void actorsAndTasksTakeTheRoomOfTheirBundleAndNobodyElseDoes() throws Exception {
        PlacementGroup group = readyGroup(PlacementStrategy.STRICT_SPREAD, 3, 3);
        List<String> nodes = nodes(group);
        ActorRef<Counter> actor = counter(2).in(group, 1).start();
        assertEquals(nodes.get(1), nodeOf(actor));
        long pid = orrery().task(Chores::report)
                .cpus(3)
                .in(group, 2)
                .submit()
                .get(PATIENCE)
                .pid();
        assertEquals(nodes.get(2), nodeOf(view -> view.getPid() == pid));
        ActorRef<Counter> wherever = counter(3).in(group).start();
        assertEquals(nodes.get(0), nodeOf(wherever), "the only bundle with room for it");
        assertEquals(List.of(3_000L, 3_000L, 3_000L), used(), "they are in what is reserved");

        assertThrows(DoesNotFitException.class, () -> counter(2).start(), "one CPU of each node is not reserved");
        DoesNotFitException full = assertThrows(
                DoesNotFitException.class, () -> counter(2).in(group, 1).start());
        assertTrue(
                full.getMessage().contains("bundle 1 on " + nodes.get(1) + " holds 3 cpus 0 gpus, free: 1 cpus"),
                full.getMessage());
        DoesNotFitException large = assertThrows(DoesNotFitException.class, () -> orrery().task(Chores::add, 1, 2)
                .cpus(4)
                .in(group)
                .submit()
                .get(PATIENCE));
        assertTrue(large.getMessage().contains("no bundle is large enough"), large.getMessage());
        assertThrows(NotFoundException.class, () -> counter(1).in(group, 3).start());

        ObjectRef<Integer> waits =
                orrery().task(Chores::add, 1, 2).cpus(2).in(group, 1).submit();
        DeadlineExceededException late =
                assertThrows(DeadlineExceededException.class, () -> waits.get(Duration.ofSeconds(4)));
        assertTrue(late.getMessage().contains("bundle 1 on " + nodes.get(1)), late.getMessage());
        actor.kill();
        assertEquals(3, waits.get(PATIENCE));
    }

    @Test
    @Order(4)
    void aGroupGrowsAllAtOnceAndShrinksWhereItIsEmpty() throws Exception {
        PlacementGroup group = readyGroup(PlacementStrategy.PACK, 1, 2);
        ActorRef<Counter> actor = counter(2).in(group, 0).start();
        assertEquals(1, group.addBundle(b -> b.cpus(1)));
        group.awaitReady(PATIENCE);
        assertEquals(1, new TreeSet<>(nodes(group)).size());
        List<Integer> added = group.addBundles(3, b -> b.cpus(4));
        assertEquals(List.of(2, 3, 4), added);
        DeadlineExceededException late = assertThrows(DeadlineExceededException.class, () -> group.awaitReady(MOMENT));
        assertTrue(late.getMessage().contains("it is RESIZING"), late.getMessage());
        assertEquals(List.of("-", "-", "-"), nodes(group).subList(2, 5), "two would fit");
        assertEquals(1, get(actor.call(Counter::increment, 1)), "what is there goes on");
        OrreryException used = assertThrows(OrreryException.class, () -> group.removeBundles(4, 0));
        assertEquals(ErrorCode.IN_USE, used.code());
        assertTrue(used.getMessage().contains("bundle 0 of placement group"), used.getMessage());
        assertEquals(5, nodes(group).size(), "none of the two was removed");
        group.removeBundles(4, 1);
        group.awaitReady(PATIENCE);
        assertEquals(
                List.of(0, 2, 3),
                group.status().bundles().stream().map(bundle -> bundle.number()).toList());
        assertEquals(3, new TreeSet<>(nodes(group)).size());
        actor.kill();
        group.removeBundles(0, 2);
        cluster()
                .await(
                        "the room to be free",
                        view -> view.getNodesList().stream()
                                        .filter(node -> node.getUsed().getMilliCpus() == 0)
                                        .count()
                                == 2,
                        PATIENCE);
    }

    @Test
    @Order(5)
    void removingAGroupEndsWhatIsInIt() throws Exception {
        PlacementGroup group = readyGroup(PlacementStrategy.PACK, 2, 2);
        ActorRef<Counter> actor = counter(1).in(group).restarts(5).start();
        ObjectRef<Long> task = orrery().task(Chores::sleep, 60_000L).in(group).submit();
        cluster()
                .await(
                        "the task to run",
                        view -> view.getActorsList().stream()
                                .anyMatch(worker -> worker.getRunsTasks()
                                        && worker.getState().equals("ALIVE")),
                        PATIENCE);
        group.remove();
        assertEquals("DEAD", actor.status().state());
        OrreryException dead = error(actor.call(Counter::increment, 1));
        assertInstanceOf(ActorDeadException.class, dead);
        assertTrue(
                dead.getMessage()
                        .startsWith("group: placement group " + group.id() + " was removed: a driver removed it"),
                dead.getMessage());
        NotFoundException failed = assertThrows(NotFoundException.class, () -> task.get(PATIENCE));
        assertTrue(failed.getMessage().contains("placement group " + group.id() + " was removed"), failed.getMessage());
        assertThrows(NotFoundException.class, () -> group.awaitReady(MOMENT));
        assertThrows(NotFoundException.class, () -> counter(1).in(group).start());
        assertEquals(PlacementGroupState.REMOVED, group.status().state());
        assertEquals(
                "a driver removed it", group.status().failure().orElseThrow().message());
    }

    @Test
    @Order(6)
    void aGroupEndsWithItsDriverUnlessItIsDetached() {
        PlacementGroup owned;
        try (Orrery other = Orrery.connect(OrreryOptions.parse(cluster().address()).toBuilder()
                .secretFile(cluster().secretFile())
                .build())) {
            owned = other.placementGroup("owned").bundle(b -> b.cpus(1)).create();
            other.placementGroup("lasting").bundle(b -> b.cpus(1)).detached().create();
            assertEquals(owned, orrery().findPlacementGroup("owned"));
            OrreryException taken = assertThrows(OrreryException.class, () -> orrery().placementGroup("owned")
                    .bundle(b -> b.cpus(1))
                    .create());
            assertEquals(ErrorCode.ALREADY_EXISTS, taken.code());
        }
        NotFoundException gone = assertThrows(NotFoundException.class, () -> orrery().findPlacementGroup("owned"));
        assertTrue(gone.getMessage().contains("its driver closed"), gone.getMessage());
        PlacementGroup lasting = orrery().findPlacementGroup("lasting").awaitReady(PATIENCE);
        created.add(lasting);
        assertEquals(
                List.of(),
                nodes(lasting).stream().filter(node -> node.equals("-")).toList());
    }

    @Test
    @Order(7)
    void anotherLeaderKeepsWhatIsReservedAndGoesOnWithWhatWaits() throws Exception {
        PlacementGroup group = readyGroup(PlacementStrategy.STRICT_SPREAD, 3, 3);
        ActorRef<Counter> actor = counter(1).in(group, 0).start();
        PlacementGroup waits = group(PlacementStrategy.STRICT_SPREAD, 3, 2);
        List<String> before = nodes(group);
        cluster().killHead();
        cluster().startHead();
        assertEquals(before, nodes(group));
        assertEquals(1, get(actor.call(Counter::increment, 1)));
        assertEquals(1, actor.status().incarnation());
        group.remove();
        waits.awaitReady(PATIENCE);
    }

    @Test
    @Tag("full")
    @Order(8)
    void theBundlesOfADeadNodeGetOtherRoomAndTheirActorsFollow() throws Exception {
        PlacementGroup group = readyGroup(PlacementStrategy.STRICT_SPREAD, 2, 3);
        List<String> before = nodes(group);
        ActorRef<Counter> moves = counter(2).in(group, 0).restarts(1).start();
        ActorRef<Counter> stays = counter(2).in(group, 1).restarts(1).start();
        assertEquals(5, get(stays.call(Counter::increment, 5)));
        String dead = before.get(0);
        cluster().killAgent(dead);
        kill(moves);
        cluster()
                .await(
                        dead + " to be DEAD",
                        view -> view.getNodesList().stream()
                                .anyMatch(node -> node.getName().equals(dead)
                                        && node.getState().equals("DEAD")),
                        PATIENCE);
        group.awaitReady(PATIENCE);
        List<String> after = nodes(group);
        assertEquals(before.get(1), after.get(1), "the other bundle stays");
        assertFalse(after.contains(dead), after::toString);
        assertEquals(1, get(moves.within(PATIENCE).call(Counter::increment, 1)), "constructed anew");
        assertEquals(after.get(0), nodeOf(moves));
        assertEquals(6, get(stays.call(Counter::increment, 1)), "it went on");
        cluster().startAgent(dead);
        cluster()
                .await(
                        dead + " to be ALIVE",
                        view -> view.getNodesList().stream()
                                .anyMatch(node -> node.getName().equals(dead)
                                        && node.getState().equals("ALIVE")),
                        PATIENCE);
    }
}
