package dev.orrery.examples.cluster;

import dev.orrery.internal.auth.SecretFile;
import dev.orrery.internal.client.ClusterClient;
import dev.orrery.internal.proto.ClusterView;
import dev.orrery.internal.proto.GatewayStatus;
import dev.orrery.internal.proto.PipelineView;
import dev.orrery.internal.rpc.HostPort;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Asks the leader and gateways what they know. Each call blocks up to its timeout. */
public final class ClusterObserver implements AutoCloseable {
    private final ClusterClient client;

    public ClusterObserver(Path secretFile, List<HostPort> heads) {
        this.client = ClusterClient.open(SecretFile.read(secretFile), heads);
    }

    public ClusterView cluster(Duration timeout) {
        return client.describeCluster(timeout);
    }

    /** @param eventsAfter only events with a higher number are returned */
    public GatewayStatus gateway(String pipeline, long eventsAfter, Duration timeout) {
        return client.gatewayStatus(pipeline, eventsAfter, timeout);
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
