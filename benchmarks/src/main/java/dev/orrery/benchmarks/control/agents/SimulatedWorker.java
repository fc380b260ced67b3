package dev.orrery.benchmarks.control.agents;

import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.GatewayReport;
import dev.orrery.internal.proto.HostPort;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import dev.orrery.internal.proto.WorldReport;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.proto.WorldState;
import java.time.Duration;

/** A worker that is only told of: it opens after a while, and its worlds are READY a moment after it is told of them. */
final class SimulatedWorker {
    private static final Duration OPENS_AFTER = Duration.ofMillis(100);

    private final HostPort address;
    private final long launchedNanos;
    private DesiredWorker desired;
    private WorkerReport report;
    /** What it is told of and has not done yet. */
    private boolean busy = true;

    SimulatedWorker(DesiredWorker desired, HostPort address, long nowNanos) {
        this.desired = desired;
        this.address = address;
        this.launchedNanos = nowNanos;
        this.report = WorkerReport.newBuilder()
                .setLife(desired.getLife())
                .setNonce(desired.getLife().getActor())
                .setPid(address.getPort())
                .setLogPath("/var/log/orrery/workers/" + desired.getLife().getActor() + "/output.log")
                .addAllGpus(desired.getGpusList())
                .setState(WorkerState.LAUNCHING)
                .build();
    }

    void tell(DesiredWorker newest) {
        if (!newest.equals(desired)) {
            desired = newest;
            busy = true;
        }
    }

    boolean isBusy() {
        return busy;
    }

    /** Does what is due; true when it then has something new to report. */
    boolean step(long nowNanos) {
        if (!busy || nowNanos - launchedNanos < OPENS_AFTER.toNanos()) {
            return false;
        }
        busy = false;
        report = opened();
        return true;
    }

    private WorkerReport opened() {
        WorkerReport.Builder open = report.toBuilder()
                .setState(WorkerState.OPEN)
                .setDataAddress(address)
                .setRpcAddress(address)
                .clearWorlds();
        for (WorldSpec world : desired.getWorldsList()) {
            open.addWorlds(WorldReport.newBuilder()
                    .setWorld(world.getId())
                    .setState(WorldState.READY)
                    .addTransports("TCP"));
        }
        if (desired.hasRouting()) {
            open.setGateway(GatewayReport.newBuilder()
                    .setRoutingEpoch(desired.getRouting().getEpoch())
                    .setRoutingVersion(desired.getRouting().getVersion()));
        }
        return open.build();
    }

    WorkerReport report() {
        return report;
    }

    boolean isOpen() {
        return report.getState() == WorkerState.OPEN;
    }

    /** Its ends of worlds. */
    int worlds() {
        return report.getWorldsCount();
    }
}
