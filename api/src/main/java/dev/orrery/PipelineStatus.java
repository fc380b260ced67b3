package dev.orrery;

import dev.orrery.error.Failure;
import java.util.List;
import java.util.Optional;

/**
 * What the leader knows of a pipeline.
 *
 * @param state DEPLOYING, RUNNING, SCALING, RECOVERING, DEGRADED, STOPPING, STOPPED or FAILED
 * @param failure why it is not as it should be, first cause first
 */
public record PipelineStatus(String name, String state, List<StageStatus> stages, Optional<Failure> failure) {

    /**
     * One stage.
     *
     * @param wanted replicas that were asked for
     * @param serving replicas that take requests
     */
    public record StageStatus(String name, int wanted, int serving, List<ReplicaStatus> replicas) {}

    /**
     * One replica.
     *
     * @param name like {@code encode-2}
     * @param state STARTING, ATTACHING, SERVING, DRAINING or GONE
     * @param pid of its worker; 0 while there is none
     * @param reason why it is not serving, when there is something to say
     */
    public record ReplicaStatus(String name, String state, long incarnation, String node, long pid, String reason) {}

    /** Throws NOT_FOUND for a name that no stage has. */
    public StageStatus stage(String stageName) {
        return stages.stream()
                .filter(stage -> stage.name().equals(stageName))
                .findFirst()
                .orElseThrow(() -> dev.orrery.error.OrreryException.of(
                        dev.orrery.error.ErrorCode.NOT_FOUND,
                        "pipeline " + name + " has no stage " + stageName + "; it has "
                                + stages.stream().map(StageStatus::name).toList()));
    }
}
