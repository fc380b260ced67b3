package dev.orrery.head.reconcile;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.PipelineRecord;
import dev.orrery.head.proto.ReplicaRecord;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.StageSpec;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** How many replicas of each stage have a READY edge on both sides, counting only edges with others that stay. */
record StageCover(Records records, PipelineRecord pipeline) {
    static StageCover of(Records records, PipelineRecord pipeline) {
        return new StageCover(records, pipeline);
    }

    /** Whether without it a stage would have fewer than it has, and than it is to have. */
    boolean misses(ReplicaRecord leaving) {
        List<ReplicaRecord> kept = records.replicas(pipeline.getSpec().getName()).stream()
                .filter(Predicate.not(Lives::isDraining))
                .toList();
        Map<String, Integer> now = serving(kept);
        Map<String, Integer> then = serving(kept.stream()
                .filter(replica -> !replica.getReplica().equals(leaving.getReplica()))
                .toList());
        return pipeline.getSpec().getStagesList().stream().anyMatch(stage -> isFewer(stage, now, then));
    }

    private static boolean isFewer(StageSpec stage, Map<String, Integer> now, Map<String, Integer> then) {
        int enough = Math.min(stage.getReplicas(), now.getOrDefault(stage.getName(), 0));
        return then.getOrDefault(stage.getName(), 0) < enough;
    }

    private Map<String, Integer> serving(List<ReplicaRecord> replicas) {
        Set<ActorLife> lives = new HashSet<>();
        records.gateway(pipeline).filter(Lives::isAlive).ifPresent(gateway -> lives.add(Lives.lifeOf(gateway)));
        replicas.forEach(replica -> life(replica).ifPresent(lives::add));
        Edges.Ready ready =
                Edges.Ready.within(records.worldsOf(pipeline.getSpec().getName()), lives);
        Map<String, Integer> serving = new HashMap<>();
        for (ReplicaRecord replica : replicas) {
            if (life(replica).filter(ready::onBothSides).isPresent()) {
                serving.merge(replica.getStage(), 1, Integer::sum);
            }
        }
        return serving;
    }

    private Optional<ActorLife> life(ReplicaRecord replica) {
        Optional<ActorRecord> actor = records.actorOf(replica).filter(Lives::isAlive);
        return actor.map(Lives::lifeOf);
    }
}
