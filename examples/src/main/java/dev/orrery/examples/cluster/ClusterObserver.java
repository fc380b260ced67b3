package dev.orrery.examples.cluster;

import dev.orrery.internal.auth.SecretFile;
import dev.orrery.internal.client.ClusterClient;
import dev.orrery.internal.client.LogReader;
import dev.orrery.internal.proto.ClusterView;
import dev.orrery.internal.proto.DrainNodeRequest;
import dev.orrery.internal.proto.GatewayStatus;
import dev.orrery.internal.proto.PipelineView;
import dev.orrery.internal.proto.UndrainNodeRequest;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.Protocol;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/** Asks the leader and gateways what they know. Each call blocks up to its timeout. */
public final class ClusterObserver implements AutoCloseable {
    private final ClusterClient client;

    public ClusterObserver(Path secretFile, List<HostPort> heads) {
        this.client = ClusterClient.open(SecretFile.read(secretFile), heads);
    }

    public ClusterView cluster(Duration timeout) {
        return client.describeCluster(timeout);
    }

    /** Reads what workers have printed. */
    public LogReader logs() {
        return new LogReader(client);
    }

    /** @param eventsAfter only events with a higher number are returned */
    public GatewayStatus gateway(String pipeline, long eventsAfter, Duration timeout) {
        return client.gatewayStatus(pipeline, eventsAfter, timeout);
    }

    /** Returns once the leader has written it down; the node empties by itself. Throws NOT_FOUND. */
    public void drain(String node, Duration timeout) {
        client.call(
                Protocol.DRAIN_NODE,
                DrainNodeRequest.newBuilder()
                        .setOperation(UUID.randomUUID().toString())
                        .setNode(node)
                        .build(),
                timeout);
    }

    /** Throws NOT_FOUND. */
    public void undrain(String node, Duration timeout) {
        client.call(
                Protocol.UNDRAIN_NODE,
                UndrainNodeRequest.newBuilder()
                        .setOperation(UUID.randomUUID().toString())
                        .setNode(node)
                        .build(),
                timeout);
    }

    /** A pipeline in a view of the cluster; an empty one while there is none of that name. */
    public static PipelineView pipelineIn(ClusterView view, String name) {
        return view.getPipelinesList().stream()
                .filter(candidate -> candidate.getName().equals(name))
                .findFirst()
                .orElse(PipelineView.getDefaultInstance());
    }

    @Override
    public void close() {
        client.close();
    }
}
