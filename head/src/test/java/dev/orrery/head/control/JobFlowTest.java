package dev.orrery.head.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.head.control.TestingStore.Fate;
import dev.orrery.head.proto.JobRecord;
import dev.orrery.head.reconcile.Settings;
import dev.orrery.head.store.RecordKey.ActorKey;
import dev.orrery.head.store.RecordKey.JobKey;
import dev.orrery.head.store.RecordKey.NameKey;
import dev.orrery.internal.proto.JobView;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Drivers that own actors, and end: silently or in good order, also when the leader ends at any single write. */
class JobFlowTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration LEASE = Duration.ofSeconds(3);

    private final TestingCluster cluster = new TestingCluster()
            .settings(Settings.defaults().withJobLease(LEASE))
            .node("node-a", 4000)
            .node("node-b", 4000);
    private final TestingDriver lively = new TestingDriver(cluster, "lively");
    private final TestingDriver silent = new TestingDriver(cluster, "silent");

    private void led() {
        cluster.changeLeader();
        cluster.advance(Duration.ofSeconds(1));
    }

    private String stateOf(String actor) {
        return lively.actor(actor).getState();
    }

    private Map<String, JobView> jobs() {
        return lively.insist(() -> cluster.control().describeCluster()).getJobsList().stream()
                .collect(Collectors.toMap(job -> job.getJob().getId(), Function.identity()));
    }

    /** The silent driver says nothing from now on, the lively one does. */
    private void awaitDead(String actor) {
        cluster.await(actor + " DEAD", LIMIT, () -> {
            lively.renew();
            return stateOf(actor).equals("DEAD");
        });
    }

    private void live() {
        String kept = lively.start("kept");
        String orphan = silent.start("orphan", 5);
        String free = silent.startDetached("free");
        long mixed = silent.form("mixed", orphan, free);
        awaitDead(orphan);
        assertEquals("job", lively.actor(orphan).getCauses(0).getKind());
        assertTrue(lively.actor(orphan).getCauses(0).getMessage().startsWith("job silent"), () -> lively.actor(orphan)
                .toString());
        cluster.await("its world ends", LIMIT, () -> {
            lively.renew();
            return lively.world(mixed).getState().equals("BROKEN");
        });
        assertEquals("job", lively.world(mixed).getCause().getKind());
        assertEquals("ALIVE", stateOf(free));
        assertEquals("ALIVE", stateOf(kept));
        assertTrue(silent.renew().hasEnded(), "it is told when it comes back");
        assertEquals("RUNNING", jobs().get("lively").getState());
        assertEquals("ENDED", jobs().get("silent").getState());
        lively.end();
        lively.awaitState(kept, "DEAD");
        assertEquals("ALIVE", stateOf(free));
        assertEquals(free, lively.named("free").getLife().getActor());
        assertEquals(1, cluster.running().size());
        assertEquals(3, cluster.launches());
    }

    @Test
    void whatADriverOwnsEndsWithItAndWhatIsDetachedDoesNot() {
        led();
        live();
    }

    private static void atEachCommit(Fate fate) {
        JobFlowTest whole = new JobFlowTest();
        whole.led();
        whole.live();
        EachCommit.of(whole.cluster.store.commits(), fated -> {
            JobFlowTest run = new JobFlowTest();
            run.cluster.store.fates(number -> number == fated ? fate : Fate.DONE);
            run.led();
            run.live();
        });
    }

    @Test
    void crashBeforeAnyWrite() {
        atEachCommit(Fate.CRASH_BEFORE);
    }

    @Test
    void crashAfterAnyWrite() {
        atEachCommit(Fate.CRASH_AFTER);
    }

    @Test
    void noAnswerToAnyWrite() {
        atEachCommit(Fate.UNANSWERED);
    }

    @Test
    void aNewLeaderGivesEverybodyAFullLease() {
        led();
        String actor = silent.start("owned");
        cluster.advance(Duration.ofMillis(2_500));
        cluster.changeLeader();
        cluster.advance(Duration.ofMillis(2_500));
        assertEquals("ALIVE", stateOf(actor));
        silent.awaitState(actor, "DEAD");
    }

    @Test
    void renewalsWriteNothing() {
        led();
        String actor = lively.start("owned");
        cluster.advance(Duration.ofSeconds(1));
        int commits = cluster.store.commits();
        for (int i = 0; i < 100; i++) {
            lively.renew();
            cluster.advance(Duration.ofMillis(200));
        }
        assertEquals("ALIVE", stateOf(actor));
        assertEquals(commits, cluster.store.commits());
    }

    /** As many drivers come, start something, and go. */
    @Test
    void thousandsOfFinishedJobsDoNotPileUp() {
        led();
        int jobs = 5_000;
        int most = 0;
        for (int i = 0; i < jobs; i++) {
            TestingDriver driver = new TestingDriver(cluster, "job-" + i);
            driver.startSoon("actor");
            driver.end();
            cluster.await("the name is free", LIMIT, () -> cluster.store.records().keySet().stream()
                    .noneMatch(key -> key instanceof NameKey));
            most = Math.max(most, count(JobKey.class));
        }
        assertTrue(most <= 110, "at most " + most + " jobs");
        assertTrue(count(ActorKey.class) <= 210, () -> count(ActorKey.class) + " actors");
        assertTrue(cluster.store.records().values().stream()
                .noneMatch(record ->
                        record instanceof JobRecord job && job.getState().equals("RUNNING")));
    }

    private int count(Class<?> kind) {
        return (int) cluster.store.records().keySet().stream()
                .filter(kind::isInstance)
                .count();
    }
}
