package dev.orrery.head.reconcile;

import dev.orrery.head.proto.PipelineRecord;
import dev.orrery.head.proto.WorldRecord;
import dev.orrery.head.state.ActorState;
import dev.orrery.head.state.JobState;
import dev.orrery.head.state.PipelineState;
import dev.orrery.head.state.ReplicaState;
import dev.orrery.head.state.WorldState;
import java.util.List;

/** Whether something of a pipeline is on its way somewhere, so that time alone may call for its next step. */
public final class Restless {
    private Restless() {}

    /** @param pipeline its name, or {@link Scope#PLAIN} */
    public static boolean is(ClusterState state, String pipeline) {
        Records records = state.records();
        List<WorldRecord> worlds = records.worldsOf(pipeline);
        return (pipeline.equals(Scope.PLAIN) && (hasJobs(records) || PlacementGroups.areRestless(records)))
                || records.actorsOf(pipeline).stream()
                        .anyMatch(actor -> moves(Lives.stateOf(actor)) || NodeDrainReconciler.isLeaving(records, actor))
                || records.replicas(pipeline).stream()
                        .anyMatch(replica -> Lives.stateOf(replica) != ReplicaState.SERVING)
                || worlds.stream().anyMatch(world -> WorldState.of(world.getState()) != WorldState.READY)
                || records.pipeline(pipeline)
                        .filter(record -> moves(record) || lacksEdges(records, record, worlds))
                        .isPresent();
    }

    /** Their drivers have to be heard. */
    private static boolean hasJobs(Records records) {
        return records.jobs().stream().anyMatch(job -> JobReconciler.stateOf(job) == JobState.RUNNING);
    }

    private static boolean moves(ActorState state) {
        return switch (state) {
            case PENDING, STARTING, RESTARTING, DRAINING -> true;
            case ALIVE, DEAD -> false;
        };
    }

    private static boolean moves(PipelineRecord pipeline) {
        PipelineState state = Lives.stateOf(pipeline);
        return state != PipelineState.RUNNING && state != PipelineState.FAILED;
    }

    /** One that failed waits for its next try. */
    private static boolean lacksEdges(Records records, PipelineRecord pipeline, List<WorldRecord> worlds) {
        return Edges.wanted(records, pipeline).size() != worlds.size();
    }
}
