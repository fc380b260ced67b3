package dev.orrery.head.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.head.control.TestingStore.Fate;
import dev.orrery.head.proto.BundleRecord;
import dev.orrery.head.proto.PlacementGroupRecord;
import dev.orrery.head.reconcile.Settings;
import dev.orrery.head.store.Change;
import dev.orrery.head.store.RecordKey;
import dev.orrery.internal.proto.BundleView;
import dev.orrery.internal.proto.NodeView;
import dev.orrery.internal.proto.PlacementGroupSpec.Strategy;
import dev.orrery.internal.proto.PlacementGroupView;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Placement groups and what lives in them through a whole life, also when the leader ends at any single write of it. */
class PlacementGroupFlowTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration LEASE = Duration.ofSeconds(3);

    private final TestingCluster cluster = new TestingCluster()
            .settings(Settings.of(Duration.ofMillis(700), Duration.ofMillis(1_500), Duration.ofSeconds(5))
                    .withJobLease(LEASE))
            .node("node-a", 4000)
            .node("node-b", 4000)
            .node("node-c", 4000);
    private final TestingDriver driver = new TestingDriver(cluster, "");
    private final TestingDriver owner = new TestingDriver(cluster, "owner");

    private void led() {
        cluster.changeLeader();
        cluster.advance(Duration.ofSeconds(1));
    }

    private void awaitState(String group, String state) {
        cluster.await(
                group + " " + state, LIMIT, () -> driver.group(group).getState().equals(state));
    }

    private List<String> nodes(String group) {
        return driver.group(group).getBundlesList().stream()
                .map(BundleView::getNode)
                .toList();
    }

    private long used(String node) {
        return driver.insist(() -> cluster.control().describeCluster()).getNodesList().stream()
                .filter(view -> view.getName().equals(node))
                .map(NodeView::getUsed)
                .mapToLong(used -> used.getMilliCpus())
                .findFirst()
                .orElseThrow();
    }

    private String nodeOf(String actor) {
        return driver.actor(actor).getNode();
    }

    /** One group, actors in it, more bundles, a node that dies, and the end of it. */
    private void live() {
        String group = driver.createGroup("trainers", Strategy.STRICT_SPREAD, 3_000, 3_000);
        awaitState(group, "READY");
        assertEquals(List.of("node-a", "node-b"), nodes(group));
        String first = driver.startIn(group, 0, "first", 2_000);
        String second = driver.startIn(group, 1, "second", 2_000);
        assertEquals("node-a", nodeOf(first));
        assertEquals("node-b", nodeOf(second));
        assertEquals(3_000, used("node-a"));

        String rival = driver.createGroup("rival", Strategy.STRICT_SPREAD, 3_000, 3_000);
        cluster.advance(Duration.ofMillis(500));
        assertEquals(List.of("", ""), nodes(rival), "one would fit, so none is reserved");
        assertTrue(
                driver.group(rival).getReason().contains("there is room for 1 of 2 bundles now"),
                () -> driver.group(rival).getReason());
        driver.removeGroup(rival);

        cluster.nodes.get("node-a").killHost();
        cluster.await("the bundle has other room", LIMIT, () -> nodes(group).equals(List.of("node-c", "node-b")));
        cluster.await("its actor follows", LIMIT, () -> nodeOf(first).equals("node-c"));
        driver.awaitState(first, "ALIVE");
        assertEquals(1, driver.actor(second).getLife().getIncarnation());
        cluster.nodes.get("node-a").startHost();

        assertEquals(List.of(2), driver.resizeGroup(group, List.of(), 3_000L));
        cluster.await("it has grown", LIMIT, () -> nodes(group).equals(List.of("node-c", "node-b", "node-a")));
        awaitState(group, "READY");
        assertEquals(List.of(), driver.resizeGroup(group, List.of(2)));
        cluster.await("its room is free again", LIMIT, () -> used("node-a") == 0);

        driver.removeGroup(group);
        driver.awaitState(first, "DEAD");
        driver.awaitState(second, "DEAD");
        var causes = driver.actor(first).getCausesList();
        assertEquals("group", causes.get(causes.size() - 1).getKind());
        assertEquals("REMOVED", driver.group(group).getState());
        assertEquals(3, cluster.launches(), "launches");
        for (String node : cluster.nodes.keySet()) {
            cluster.await(node + " is empty", LIMIT, () -> used(node) == 0);
        }
        assertNothingWasHalfReserved();
    }

    /** In all that was ever written. */
    private void assertNothingWasHalfReserved() {
        for (List<Change> commit : cluster.store.history()) {
            for (Change change : commit) {
                if (change instanceof Change.Create create && create.value() instanceof PlacementGroupRecord group) {
                    check(group);
                } else if (change instanceof Change.Update update
                        && update.value() instanceof PlacementGroupRecord group) {
                    check(group);
                }
            }
        }
    }

    private static void check(PlacementGroupRecord group) {
        if (group.getState().equals("REMOVED")) {
            return;
        }
        Map<Integer, List<BundleRecord>> together = group.getBundlesList().stream()
                .filter(bundle -> !bundle.getLost())
                .collect(Collectors.groupingBy(BundleRecord::getAddedWith));
        together.values().forEach(bundles -> {
            long reserved = bundles.stream()
                    .filter(bundle -> !bundle.getNode().isEmpty())
                    .count();
            assertTrue(reserved == 0 || reserved == bundles.size(), group::toString);
        });
    }

    @Test
    void aGroupLivesThroughANodesDeathGrowsAndEndsWithWhatIsInIt() {
        led();
        live();
    }

    private static void atEachCommit(Fate fate, Consumer<PlacementGroupFlowTest> story) {
        PlacementGroupFlowTest whole = new PlacementGroupFlowTest();
        whole.led();
        story.accept(whole);
        EachCommit.of(whole.cluster.store.commits(), fated -> {
            PlacementGroupFlowTest run = new PlacementGroupFlowTest();
            run.cluster.store.fates(number -> number == fated ? fate : Fate.DONE);
            run.led();
            story.accept(run);
        });
    }

    @Test
    void crashBeforeAnyWrite() {
        atEachCommit(Fate.CRASH_BEFORE, PlacementGroupFlowTest::live);
    }

    @Test
    void crashAfterAnyWrite() {
        atEachCommit(Fate.CRASH_AFTER, PlacementGroupFlowTest::live);
    }

    @Test
    void noAnswerToAnyWrite() {
        atEachCommit(Fate.UNANSWERED, PlacementGroupFlowTest::live);
    }

    @Test
    void aGroupEndsWithItsJobUnlessItIsDetached() {
        led();
        String owned = owner.createGroup("owned", Strategy.PACK, 1_000);
        String free = owner.createDetachedGroup("free", 1_000);
        awaitState(owned, "READY");
        awaitState(free, "READY");
        String guest = driver.startIn(owned, 0, "guest", 1_000);
        String resident = driver.startIn(free, 0, "resident", 1_000);
        awaitState(owned, "REMOVED");
        assertEquals("job", driver.group(owned).getCause().getKind());
        driver.awaitState(guest, "DEAD");
        assertTrue(
                driver.actor(guest).getCauses(0).getMessage().startsWith("placement group 'owned' was removed: job"));
        assertEquals("READY", driver.group(free).getState());
        assertEquals("ALIVE", driver.actor(resident).getState());
    }

    @Test
    void aNewLeaderFindsEverythingAsItIsReserved() {
        led();
        String group = driver.createGroup("kept", Strategy.STRICT_SPREAD, 3_000, 3_000, 3_000);
        String waits = driver.createGroup("waits", Strategy.PACK, 2_000);
        awaitState(group, "READY");
        String actor = driver.startIn(group, 2, "actor", 3_000);
        cluster.changeLeader();
        cluster.advance(Duration.ofSeconds(3));
        assertEquals("READY", driver.group(group).getState());
        assertEquals("PENDING", driver.group(waits).getState());
        assertEquals(3_000, used("node-a"));
        assertEquals("ALIVE", driver.actor(actor).getState());
        assertEquals(1, cluster.launches());
        assertEquals(3_000, driver.group(group).getBundles(2).getUsed().getMilliCpus());
    }

    @Test
    void aGroupThatWaitsWritesNothing() {
        led();
        String group = driver.createGroup("waits", Strategy.PACK, 5_000);
        cluster.advance(Duration.ofSeconds(1));
        int commits = cluster.store.commits();
        cluster.advance(Duration.ofSeconds(20));
        assertEquals(commits, cluster.store.commits());
        PlacementGroupView view = driver.group(group);
        assertEquals("PENDING", view.getState());
        assertTrue(view.getNeverFits());
        assertTrue(view.getReason().contains("no node has more cpus than node-a: 4 in all"), view::getReason);
        cluster.node("node-d", 8_000);
        awaitState(group, "READY");
        assertEquals(List.of("node-d"), nodes(group));
    }

    @Test
    void aDrainMovesBundlesAndWhatMayRestartInThem() {
        led();
        String group = driver.createGroup("roams", Strategy.PACK, 3_000);
        awaitState(group, "READY");
        String actor = driver.startIn(group, 0, "roamer", 2_000);
        cluster.drain("node-a");
        cluster.await("it has moved", LIMIT, () -> nodeOf(actor).equals("node-b"));
        driver.awaitState(actor, "ALIVE");
        assertEquals(List.of("node-b"), nodes(group));
        cluster.await("DRAINED", LIMIT, () -> cluster.describe().getNodesList().stream()
                .anyMatch(node ->
                        node.getName().equals("node-a") && node.getState().equals("DRAINED")));
    }

    @Test
    void onlyGroupRecordsAreLeftOfWhatWasRemoved() {
        led();
        for (int i = 0; i < 300; i++) {
            driver.removeGroup(driver.createGroup("g", Strategy.PACK, 4_000));
        }
        cluster.advance(Duration.ofSeconds(1));
        long left = cluster.store.records().keySet().stream()
                .filter(key -> key instanceof RecordKey.PlacementGroupKey)
                .count();
        assertEquals(100, left);
    }
}
