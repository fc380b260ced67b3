package dev.orrery.head.control;

import dev.orrery.head.reconcile.ClusterState;
import dev.orrery.head.service.PipelineService;
import dev.orrery.head.store.ClusterStore;
import dev.orrery.internal.proto.NodeHello;
import dev.orrery.internal.proto.NodeReport;
import dev.orrery.internal.proto.ScaleRequest;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.time.NanoClock;
import java.util.List;

/** A leader without the thread that it has in production. */
public final class LeaderAccess {
    private final Leader leader;
    private final NanoClock clock;

    public LeaderAccess(ClusterStore store, ControlOptions options, NanoClock clock) {
        this.leader = new Leader(store, options, clock);
        this.clock = clock;
    }

    public long epoch() {
        return leader.epoch();
    }

    public String cluster() {
        return leader.cluster();
    }

    public void registered(RpcConnection connection, NodeHello hello) {
        leader.registered(connection, hello);
    }

    public void disconnected(RpcConnection connection, String node) {
        leader.disconnected(connection, node, "its connection ended");
    }

    /** False when the leader does not know that agent. */
    public boolean reported(NodeReport report) {
        return leader.reported(report).isPresent();
    }

    /** All that was said until now has been told to it. */
    public void step() {
        if (leader.step(clock.nanoTime())) {
            throw new AssertionError("no time passes within a step");
        }
    }

    /** A client asks for that many replicas. */
    public void scale(String pipeline, String stage, int replicas) {
        ScaleRequest request = ScaleRequest.newBuilder()
                .setPipeline(pipeline)
                .setStage(stage)
                .setReplicas(replicas)
                .setOperation("scale")
                .build();
        var unused = leader.mutate("scale", draft -> new PipelineService(artifacts -> List.of()).scale(draft, request));
    }

    public ClusterState state() {
        return leader.state();
    }
}
