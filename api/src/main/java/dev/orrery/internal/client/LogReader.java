package dev.orrery.internal.client;

import dev.orrery.internal.output.JobOutput;
import dev.orrery.internal.proto.DescribeJobWorkersRequest;
import dev.orrery.internal.proto.JobWorker;
import dev.orrery.internal.proto.ReadLogsRequest;
import dev.orrery.internal.proto.ReadLogsResponse;
import dev.orrery.internal.rpc.Protocol;
import java.time.Duration;
import java.util.List;

/** Reads, through the leader, what workers have printed. */
public final class LogReader implements JobOutput.Cluster {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final ClusterClient client;

    public LogReader(ClusterClient client) {
        this.client = client;
    }

    @Override
    public List<JobWorker> workers() {
        DescribeJobWorkersRequest request =
                DescribeJobWorkersRequest.newBuilder().setJob(client.job().id()).build();
        return client.call(Protocol.DESCRIBE_JOB_WORKERS, request, TIMEOUT).getWorkersList();
    }

    /** Throws UNAVAILABLE where the node's agent is not connected to the leader, or too many ask at once. */
    @Override
    public ReadLogsResponse read(ReadLogsRequest request) {
        return client.call(Protocol.READ_LOGS, request, TIMEOUT);
    }
}
