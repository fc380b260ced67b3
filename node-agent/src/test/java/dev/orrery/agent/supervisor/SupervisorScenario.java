package dev.orrery.agent.supervisor;

import static dev.orrery.testing.TestingWorlds.life;

import dev.orrery.agent.process.ExitStatus;
import dev.orrery.agent.process.Verdict;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ActorSpec;
import dev.orrery.internal.proto.DesiredSet;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.PipelinePolicy;
import dev.orrery.internal.proto.Stamp;
import dev.orrery.internal.proto.WorkerHello;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import dev.orrery.internal.proto.WorkerWelcome;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.testing.TestingClock;
import dev.orrery.testing.TestingConnection;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;

/** A supervisor of workers that exist only in a test. */
abstract class SupervisorScenario {
    static final ActorLife A1 = life("a", 1);
    static final ActorLife A2 = life("a", 2);

    final TestingWorkerHost host = new TestingWorkerHost();
    final TestingClock clock = new TestingClock();
    final TestingConnection connection = new TestingConnection(PeerRole.WORKER, "testing");
    int changes;
    private long sequence;
    Supervisor supervisor;

    @BeforeEach
    final void create() {
        supervisor = new Supervisor(
                host, clock, new SupervisorSettings("node-1", "host-1", Duration.ofSeconds(10)), () -> changes++);
    }

    static DesiredWorker worker(ActorLife life, String label) {
        return DesiredWorker.newBuilder()
                .setLife(life)
                .setLabel(label)
                .setSpec(ActorSpec.newBuilder()
                        .setPolicy(PipelinePolicy.newBuilder().setOpenTimeoutMillis(5_000)))
                .build();
    }

    final DesiredSet set(DesiredWorker... workers) {
        return DesiredSet.newBuilder()
                .setStamp(Stamp.newBuilder().setCluster("c").setEpoch(1).setSequence(++sequence))
                .addAllWorkers(List.of(workers))
                .build();
    }

    final WorkerWelcome callIn(ActorLife life, String nonce) {
        return supervisor.register(
                connection,
                WorkerHello.newBuilder()
                        .setLife(life)
                        .setNonce(nonce)
                        .setPid(101)
                        .build());
    }

    final void open() {
        supervisor.reported(
                connection, WorkerReport.newBuilder().setState(WorkerState.OPEN).build());
    }

    final void exits(ActorLife life, ExitStatus status) {
        host.verdicts.put(host.folder(life), new Verdict.Gone(status));
        supervisor.touched(host.folder(life));
    }

    final WorkerReport report(ActorLife life) {
        return supervisor.report().getWorkersList().stream()
                .filter(worker -> worker.getLife().equals(life))
                .findFirst()
                .orElseThrow();
    }

    final void run() {
        supervisor.start(List.of(), Optional.empty());
        supervisor.apply(set(worker(A1, "p/s-1")));
        callIn(A1, "n1");
        open();
        host.done.clear();
    }

    final void awake(Duration time) {
        for (long left = time.toMillis(); left > 0; left -= 100) {
            clock.advance(Duration.ofMillis(100));
            supervisor.tick(true);
        }
    }
}
