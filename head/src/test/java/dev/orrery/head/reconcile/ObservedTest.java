package dev.orrery.head.reconcile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orrery.head.reconcile.Observed.News;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.NodeHello;
import dev.orrery.internal.proto.NodeReport;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ObservedTest {
    private static final ActorLife LIFE =
            ActorLife.newBuilder().setActor("a").setIncarnation(1).build();

    private final Observed observed = new Observed();

    private void registers(String instance) {
        observed.registered(
                NodeHello.newBuilder().setNode("n").setAgentInstance(instance).build(), 0);
    }

    private static NodeReport complete(long sequence, WorkerState state) {
        return NodeReport.newBuilder()
                .setNode("n")
                .setAgentInstance("i")
                .setSequence(sequence)
                .addWorkers(WorkerReport.newBuilder().setLife(LIFE).setState(state))
                .build();
    }

    private static NodeReport same(long sequence, long as) {
        return NodeReport.newBuilder()
                .setNode("n")
                .setAgentInstance("i")
                .setSequence(sequence)
                .setSameAs(as)
                .build();
    }

    @Test
    void theWordThatNothingChangedKeepsWhatWasSaid() {
        registers("i");
        assertEquals(News.CHANGE, observed.reported(complete(1, WorkerState.OPEN), 10));
        assertEquals(News.HEARTBEAT, observed.reported(same(2, 1), 20));
        assertEquals(News.HEARTBEAT, observed.reported(same(3, 1), 30));
        assertEquals(30, observed.node("n").orElseThrow().heardNanos());
        assertEquals(WorkerState.OPEN, observed.worker("n", LIFE).orElseThrow().getState());
    }

    @Test
    void thatWordIsOfNoUseWithoutTheReportItSpeaksOf() {
        registers("i");
        assertEquals(News.UNKNOWN, observed.reported(same(5, 4), 10));
        assertEquals(News.CHANGE, observed.reported(complete(6, WorkerState.OPEN), 20));
        assertEquals(News.UNKNOWN, observed.reported(same(7, 4), 30));
    }

    @Test
    void whatIsOlderThanThatWordIsStale() {
        registers("i");
        observed.reported(complete(1, WorkerState.OPEN), 10);
        observed.reported(same(3, 1), 20);
        assertEquals(News.STALE, observed.reported(complete(2, WorkerState.EXITED), 30));
    }

    @Test
    void tellsWhichLivesAReportIsNewOf() {
        registers("i");
        assertEquals(Set.of(LIFE), observed.changed(complete(1, WorkerState.OPENING)));
        observed.reported(complete(1, WorkerState.OPENING), 10);
        assertEquals(Set.of(), observed.changed(complete(2, WorkerState.OPENING)));
        assertEquals(Set.of(), observed.changed(same(2, 1)));
        assertEquals(Set.of(LIFE), observed.changed(complete(2, WorkerState.OPEN)));
        assertEquals(
                Set.of(LIFE),
                observed.changed(
                        NodeReport.newBuilder().setNode("n").setSequence(2).build()));
    }
}
