package dev.orrery.examples.model.worlds;

import dev.orrery.examples.model.Bounds;
import dev.orrery.examples.model.Event;
import java.util.List;
import java.util.Set;

/**
 * How much of everything there is.
 *
 * @param stages how many replicas each stage has
 * @param requests that a client sends, each at any time
 * @param faults those that may happen
 * @param control how fast what is not a worker or a client is
 * @param deployed whether it begins where all of the pipeline runs; otherwise where its first worlds begin to form
 * @param scaledTo replicas of the first stage that a client asks for at any time; 0: it does not
 */
record PipelineBounds(
        Bounds cluster,
        List<Integer> stages,
        int requests,
        Set<Enum<?>> faults,
        int scaledTo,
        Speed control,
        boolean deployed) {
    PipelineBounds {
        stages = List.copyOf(stages);
        faults = Set.copyOf(faults);
    }

    /** Whatever may happen to processes, worlds, links and clients. */
    static final Set<Enum<?>> ALL_FAULTS = Set.of(
            Event.HEAD_CRASHES,
            Event.WORKER_CRASHES,
            PipelineEvent.WORLD_IS_LOST,
            PipelineEvent.LINK_IS_CUT,
            PipelineEvent.CLIENT_IS_CUT_OFF);

    static PipelineBounds of(int nodes, List<Integer> stages, int requests, int crashes, int losses) {
        int actors = 1 + stages.stream().mapToInt(Integer::intValue).sum();
        return new PipelineBounds(
                new Bounds(2, nodes, actors, crashes, losses, 0, 1, true, true),
                stages,
                requests,
                ALL_FAULTS,
                0,
                Speed.ANY,
                true);
    }

    PipelineBounds scaledTo(int replicas) {
        return new PipelineBounds(cluster, stages, requests, faults, replicas, control, deployed);
    }

    PipelineBounds with(Set<Enum<?>> only) {
        return new PipelineBounds(cluster, stages, requests, only, scaledTo, control, deployed);
    }

    PipelineBounds deploying() {
        return new PipelineBounds(cluster, stages, requests, faults, scaledTo, control, false);
    }

    PipelineBounds with(Speed other) {
        return new PipelineBounds(cluster, stages, requests, faults, scaledTo, other, deployed);
    }

    @Override
    public String toString() {
        return "%d nodes, a gateway and stages of %s replicas, %s, %d requests%s, at most %d crashes and %d losses of %s, the control plane %s"
                .formatted(
                        cluster.nodes(),
                        stages,
                        deployed ? "all running" : "the first worlds forming",
                        requests,
                        scaledTo == 0 ? "" : ", scaled to " + scaledTo,
                        cluster.crashes(),
                        cluster.losses(),
                        faults.stream().map(Enum::name).sorted().toList(),
                        control);
    }
}
