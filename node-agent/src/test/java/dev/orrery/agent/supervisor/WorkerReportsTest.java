package dev.orrery.agent.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.agent.process.ExitStatus;
import dev.orrery.agent.slot.SlotState;
import dev.orrery.agent.supervisor.WorkerReports.Place;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.Failure;
import dev.orrery.internal.proto.GatewayReport;
import dev.orrery.internal.proto.HostPort;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import dev.orrery.internal.proto.WorldReport;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WorkerReportsTest {
    private static final ActorLife LIFE =
            ActorLife.newBuilder().setActor("a").setIncarnation(2).build();
    private static final List<String> GPUS = List.of("GPU-1");
    private static final Place PLACE = new Place("host-1", "/w/output.log", "boom");
    private static final WorkerReport SAID = WorkerReport.newBuilder()
            .setState(WorkerState.OPEN)
            .setPid(1)
            .setDataAddress(HostPort.newBuilder().setHost("h").setPort(5))
            .addWorlds(WorldReport.newBuilder().setWorld(77))
            .setGateway(GatewayReport.newBuilder().setRoutingVersion(3))
            .build();

    private static WorkerReport merge(SlotState state, Optional<WorkerReport> said, Optional<Failure> failure) {
        return WorkerReports.merge(new WorkerReports.Known(LIFE, "n", 42, state, "/w/output.log", GPUS, said, failure));
    }

    @Test
    void whatTheWorkerSaysIsPassedOnUnderTheAgentsIdentity() {
        WorkerReport report = merge(SlotState.RUNNING, Optional.of(SAID), Optional.empty());
        assertEquals(
                SAID.toBuilder()
                        .setLife(LIFE)
                        .setNonce("n")
                        .setPid(42)
                        .setLogPath("/w/output.log")
                        .addAllGpus(GPUS)
                        .build(),
                report);
    }

    @Test
    void statesFollowTheSlot() {
        Optional<WorkerReport> open = Optional.of(SAID);
        assertEquals(
                WorkerState.LAUNCHING,
                merge(SlotState.PREPARING, Optional.empty(), Optional.empty()).getState());
        assertEquals(
                WorkerState.LAUNCHING,
                merge(SlotState.REGISTERING, Optional.empty(), Optional.empty()).getState());
        assertEquals(
                WorkerState.LAUNCHING,
                merge(SlotState.RUNNING, Optional.empty(), Optional.empty()).getState());
        assertEquals(
                WorkerState.OPEN,
                merge(SlotState.RUNNING, open, Optional.empty()).getState());
        assertEquals(
                WorkerState.STOPPING,
                merge(SlotState.TERMINATING, open, Optional.empty()).getState());
        Optional<WorkerReport> leaving =
                Optional.of(SAID.toBuilder().setState(WorkerState.EXITED).build());
        assertEquals(
                WorkerState.STOPPING,
                merge(SlotState.RUNNING, leaving, Optional.empty()).getState(),
                "only the end of the process is an exit");
    }

    @Test
    void anEndedWorkerHasNoWorlds() {
        Failure failure = Failure.newBuilder().setKind("exit").build();
        WorkerReport report = merge(SlotState.EXITED, Optional.of(SAID), Optional.of(failure));
        assertEquals(WorkerState.EXITED, report.getState());
        assertEquals(failure, report.getFailure());
        assertEquals(0, report.getWorldsCount());
        assertEquals(0, report.getGpusCount());
        assertFalse(report.hasGateway() || report.hasDataAddress() || report.hasRpcAddress());
    }

    @Test
    void theFirstCauseComesFirst() {
        Failure said = Failure.newBuilder()
                .setKind("java.lang.IllegalStateException")
                .setMessage("no model")
                .setConsequence(Failure.newBuilder().setKind("outer"))
                .build();
        Failure cause = Failure.newBuilder().setKind("open-timeout").build();
        Failure chain = WorkerReports.ended(Optional.of(said), Optional.of(cause), new ExitStatus.Signal(9), PLACE);
        assertEquals("java.lang.IllegalStateException", chain.getKind());
        assertEquals("host-1", chain.getHost());
        assertEquals("/w/output.log", chain.getLogPath());
        assertEquals("outer", chain.getConsequence().getKind());
        Failure third = chain.getConsequence().getConsequence();
        assertEquals("open-timeout", third.getKind());
        assertEquals("signal", third.getConsequence().getKind());
        assertTrue(third.getConsequence().getMessage().contains("signal 9"));
    }

    @Test
    void anExitAloneTellsCodeAndLastOutput() {
        Failure exit = WorkerReports.ended(Optional.empty(), Optional.empty(), new ExitStatus.Code(3), PLACE);
        assertEquals("exit", exit.getKind());
        assertEquals("the worker exited with code 3", exit.getMessage());
        assertEquals("last output:\nboom", exit.getStackTrace());
    }
}
