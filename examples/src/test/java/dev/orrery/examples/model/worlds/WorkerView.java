package dev.orrery.examples.model.worlds;

import dev.orrery.examples.model.GraphCopy;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.GatewayEndpoint;
import dev.orrery.internal.proto.Stamp;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.worker.stage.StageAccess;
import java.util.List;

/**
 * What can be seen of a worker from outside.
 *
 * @param waits whether a request waits for user code
 * @param gateways that a replica is to hold links to
 * @param report its worlds and its gateway's state, as the head is told
 * @param due whether a gateway will do something once time passes
 * @param hadOtherTable whether an earlier routing table may come once more
 */
record WorkerView(
        ActorLife life,
        boolean isGateway,
        String label,
        Stamp stamp,
        DesiredWorker desired,
        boolean waits,
        List<ActorLife> gateways,
        WorkerReport report,
        boolean due,
        boolean hadOtherTable) {

    static WorkerView of(ModelledWorker worker) {
        WorkerReport.Builder report = WorkerReport.newBuilder().addAllWorlds(worker.worlds.reports());
        worker.gateway.ifPresent(core -> report.setGateway(core.report()));
        return new WorkerView(
                worker.life,
                worker.gateway.isPresent(),
                worker.desired.getLabel(),
                worker.stamp,
                worker.desired,
                GraphCopy.of(worker).stage.map(StageAccess::drain).orElse(0) > 0,
                worker.desired.getGatewaysList().stream()
                        .map(GatewayEndpoint::getLife)
                        .toList(),
                report.build(),
                worker.gateway
                        .filter(core -> core.nextDeadline().isPresent()
                                && core.nextDeadline().getAsLong() - worker.nowNanos < SOON_NANOS)
                        .isPresent(),
                worker.tableBefore.isPresent());
    }

    private static final long SOON_NANOS = 1_000_000_000L;

    String name() {
        return life.getActor() + "#" + life.getIncarnation();
    }
}
