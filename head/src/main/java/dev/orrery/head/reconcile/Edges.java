package dev.orrery.head.reconcile;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.head.proto.PipelineRecord;
import dev.orrery.head.proto.ReplicaRecord;
import dev.orrery.head.proto.WorldRecord;
import dev.orrery.head.state.WorldState;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.StageSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The edges of a pipeline: all-to-all between neighbouring stages, the gateway at both ends. */
public final class Edges {
    /** An edge that should be there. */
    record Pair(ActorRecord upstream, ActorRecord downstream) {
        Note.Edge edge() {
            return new Note.Edge(Lives.lifeOf(upstream), Lives.lifeOf(downstream));
        }
    }

    /** The lives that have a READY world towards the next stage, and towards the stage before. */
    public record Ready(Set<ActorLife> sending, Set<ActorLife> receiving) {
        public static Ready of(List<WorldRecord> worlds) {
            Ready ready = new Ready(new HashSet<>(), new HashSet<>());
            for (WorldRecord world : worlds) {
                if (!Lives.isPlain(world) && WorldState.of(world.getState()) == WorldState.READY) {
                    ready.sending.add(world.getSpec().getMembers(0).getLife());
                    ready.receiving.add(world.getSpec().getMembers(1).getLife());
                }
            }
            return ready;
        }

        /** Of those of {@code worlds} between two of {@code lives}. */
        static Ready within(List<WorldRecord> worlds, Set<ActorLife> lives) {
            return of(worlds.stream()
                    .filter(world -> world.getSpec().getMembersList().stream()
                            .allMatch(member -> lives.contains(member.getLife())))
                    .toList());
        }

        /** Whether requests can come and answers can go. */
        public boolean onBothSides(ActorLife life) {
            return sending.contains(life) && receiving.contains(life);
        }
    }

    private Edges() {}

    static List<Pair> wanted(Records records, PipelineRecord pipeline) {
        Optional<ActorRecord> gateway = records.gateway(pipeline).filter(Lives::isAlive);
        if (!Lives.isWanted(pipeline)) {
            return List.of();
        }
        List<ReplicaRecord> replicas = records.replicas(pipeline.getSpec().getName());
        List<Pair> pairs = new ArrayList<>();
        List<ActorRecord> upstream = gateway.map(List::of).orElse(List.of());
        for (StageSpec stage : pipeline.getSpec().getStagesList()) {
            List<ActorRecord> here = replicas.stream()
                    .filter(replica -> replica.getStage().equals(stage.getName()) && !Lives.isDraining(replica))
                    .flatMap(replica -> records.actorOf(replica).stream())
                    .filter(Lives::isAlive)
                    .toList();
            connect(pairs, upstream, here);
            upstream = here;
        }
        connect(pairs, upstream, gateway.map(List::of).orElse(List.of()));
        return pairs;
    }

    private static void connect(List<Pair> pairs, List<ActorRecord> upstream, List<ActorRecord> downstream) {
        upstream.forEach(from -> downstream.forEach(to -> pairs.add(new Pair(from, to))));
    }
}
