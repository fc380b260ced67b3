package dev.orrery.head.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.head.reconcile.Observed;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.NodeHello;
import dev.orrery.internal.proto.NodeReport;
import dev.orrery.internal.proto.Stamp;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DesiredSetsTest {
    private static final long EPOCH = 3;
    private static final ActorLife A = life("a");
    private static final ActorLife B = life("b");

    private final Observed observed = new Observed();
    private final DesiredSets sets = new DesiredSets(TestingStore.CLUSTER, EPOCH, observed, new RoutingTables(EPOCH));
    private long reports;

    private static ActorLife life(String actor) {
        return ActorLife.newBuilder().setActor(actor).setIncarnation(1).build();
    }

    private void wants(ActorLife... lives) {
        List<DesiredWorker> workers = List.of(lives).stream()
                .map(life -> DesiredWorker.newBuilder().setLife(life).build())
                .toList();
        sets.refresh("n1", () -> workers);
    }

    private void registers() {
        observed.registered(
                NodeHello.newBuilder().setNode("n1").setAgentInstance("i").build(), 0);
    }

    private void reports(long epoch, long sequence, boolean adopted) {
        reports++;
        observed.reported(
                NodeReport.newBuilder()
                        .setNode("n1")
                        .setAgentInstance("i")
                        .setSequence(reports)
                        .setAdoptionFinished(adopted)
                        .setApplied(Stamp.newBuilder()
                                .setCluster(TestingStore.CLUSTER)
                                .setEpoch(epoch)
                                .setSequence(sequence))
                        .build(),
                0);
    }

    private long sequence() {
        return sets.set("n1").orElseThrow().getStamp().getSequence();
    }

    @Test
    void aNodeGetsASetOnlyOnceItReported() {
        registers();
        wants(A);
        assertEquals(Optional.empty(), sets.set("n1"));
        reports(EPOCH - 1, 40, true);
        wants(A);
        assertEquals(1, sequence());
        assertFalse(sets.isCurrent("n1"));
    }

    @Test
    void aNodeThatShouldRunNothingIsToldSo() {
        registers();
        reports(0, 0, true);
        wants();
        assertEquals(1, sequence());
        assertEquals(0, sets.set("n1").orElseThrow().getWorkersCount());
    }

    @Test
    void theSequenceRisesOnlyWithTheContent() {
        registers();
        reports(0, 0, true);
        wants(A);
        wants(A);
        assertEquals(1, sequence());
        wants(A, B);
        assertEquals(2, sequence());
    }

    @Test
    void aNodeKnowsALifeOnceItWorksTowardsASetThatNamesIt() {
        registers();
        reports(EPOCH - 1, 40, true);
        wants(A);
        wants(A, B);
        assertFalse(sets.knows("n1", A));
        reports(EPOCH, 1, true);
        assertTrue(sets.knows("n1", A));
        assertFalse(sets.knows("n1", B));
        reports(EPOCH, 2, false);
        assertFalse(sets.knows("n1", A), "it has not adopted all that lives");
    }

    @Test
    void aNodeHasDroppedALifeOnceItWorksTowardsASetWithoutIt() {
        registers();
        reports(0, 0, true);
        wants(A, B);
        reports(EPOCH, 1, true);
        assertFalse(sets.dropped("n1", A));
        wants(B);
        assertFalse(sets.dropped("n1", A));
        reports(EPOCH, 2, true);
        assertTrue(sets.dropped("n1", A));
        wants();
        assertTrue(sets.dropped("n1", A), "later sets do not raise the bar");
    }

    @Test
    void anAgentThatStillAdoptsHasDroppedNothing() {
        registers();
        reports(0, 0, true);
        wants(A);
        reports(EPOCH, 1, true);
        wants();
        reports(EPOCH, 2, false);
        assertFalse(sets.dropped("n1", A), "it may run, and not be found yet");
        reports(EPOCH, 2, true);
        assertTrue(sets.dropped("n1", A));
    }

    @Test
    void whatWasNeverNamedIsDroppedWithTheFirstSet() {
        registers();
        reports(EPOCH - 1, 40, true);
        wants(A);
        assertFalse(sets.dropped("n1", B));
        reports(EPOCH, 1, true);
        assertTrue(sets.dropped("n1", B));
    }
}
