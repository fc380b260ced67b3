package dev.orrery.head.control;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.NodeRecord;
import dev.orrery.head.proto.WorldRecord;
import dev.orrery.head.reconcile.ClusterState;
import dev.orrery.head.reconcile.Draft;
import dev.orrery.head.reconcile.Ids;
import dev.orrery.head.reconcile.Lives;
import dev.orrery.head.reconcile.Memory;
import dev.orrery.head.reconcile.Observed;
import dev.orrery.head.reconcile.Plan;
import dev.orrery.head.reconcile.Planner;
import dev.orrery.head.reconcile.Records;
import dev.orrery.head.store.StoredState;
import dev.orrery.internal.proto.NodeHello;
import dev.orrery.internal.proto.NodeReport;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import dev.orrery.internal.proto.WorldReport;
import dev.orrery.internal.time.NanoClock;

/**
 * What a take-over would compute, up to where all nodes have reported what they should run, and nothing kept of it. Code that runs
 * for the first time is many times slower than later, and a take-over is no moment to learn.
 */
final class Rehearsal {
    private static final String AGENT = "rehearsal";
    /** Of no leadership. */
    private static final long EPOCH = 0;

    private static final int MOST_REPEATS = 8;
    /** Of the time that the one before took: whoever needs more has nothing left to learn. */
    private static final double FASTER = 0.8;

    private final ClusterState state;
    private final RoutingTables routing = new RoutingTables(EPOCH);
    private final DesiredSets desired;
    private final long nowNanos;

    Rehearsal(StoredState stored, ControlOptions options, long nowNanos) {
        Observed observed = new Observed();
        this.desired = new DesiredSets(AGENT, EPOCH, observed, routing);
        this.state = new ClusterState(
                EPOCH,
                nowNanos,
                options.settings(),
                Ledger.records(stored),
                observed,
                new Memory(),
                desired,
                new Ids(EPOCH));
        this.nowNanos = nowNanos;
    }

    /** As often as it becomes faster. */
    static void repeat(StoredState stored, ControlOptions options, NanoClock clock) {
        long last = Long.MAX_VALUE;
        for (int i = 0; i < MOST_REPEATS; i++) {
            long began = clock.nanoTime();
            new Rehearsal(stored, options, began).run();
            long took = clock.nanoTime() - began;
            if (took > FASTER * last) {
                return;
            }
            last = took;
        }
    }

    /** Returns what a leader would do then: little, where all is as it is to be. */
    Plan run() {
        Records records = state.records();
        state.memory().takeOver(records, nowNanos);
        routing.refresh(records);
        Planner.plan(new Draft(state, nowNanos));
        records.nodes().forEach(this::reports);
        return Planner.plan(new Draft(state, nowNanos));
    }

    private void reports(NodeRecord record) {
        String node = record.getNode();
        NodeReport.Builder report = NodeReport.newBuilder()
                .setNode(node)
                .setAgentInstance(AGENT)
                .setSequence(1)
                .setAdoptionFinished(true);
        state.records().actorsOn(node).forEach(actor -> report.addWorkers(worker(actor)));
        NodeReport seen = report.build();
        state.observed().registered(hello(record), nowNanos);
        state.observed().changed(seen);
        state.observed().reported(seen, nowNanos);
        desired.refresh(node, () -> Assignments.of(state, routing, node, nowNanos));
    }

    private static NodeHello hello(NodeRecord record) {
        NodeHello.Builder hello = NodeHello.newBuilder()
                .setNode(record.getNode())
                .setAgentInstance(AGENT)
                .setResources(record.getResources())
                .putAllLabels(record.getLabelsMap())
                .setHost(record.getHost());
        if (record.hasGpus()) {
            hello.setGpus(record.getGpus());
        }
        return hello.build();
    }

    private WorkerReport worker(ActorRecord actor) {
        WorkerReport.Builder worker = WorkerReport.newBuilder()
                .setLife(Lives.lifeOf(actor))
                .setState(WorkerState.OPEN)
                .addAllGpus(actor.getGpusList())
                .setDataAddress(actor.getDataAddress())
                .setRpcAddress(actor.getRpcAddress());
        for (WorldRecord world : state.records().worldsWith(actor.getActor())) {
            worker.addWorlds(WorldReport.newBuilder()
                    .setWorld(world.getSpec().getId())
                    .setState(dev.orrery.internal.proto.WorldState.READY));
        }
        return worker.build();
    }
}
