package dev.orrery.head.reconcile;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;

/**
 * Whose records a plan looks at: those of some pipelines or of all; the empty name stands for plain actors and their worlds.
 * Nodes are looked at by every plan. What a plan writes or finds out widens its scope.
 */
public final class Scope {
    /** Stands for what belongs to no pipeline. */
    public static final String PLAIN = "";

    private final boolean everything;
    private final TreeSet<String> pipelines;

    private Scope(boolean everything, Collection<String> pipelines) {
        this.everything = everything;
        this.pipelines = new TreeSet<>(pipelines);
    }

    public static Scope everything() {
        return new Scope(true, List.of());
    }

    public static Scope of(Collection<String> pipelines) {
        return new Scope(false, pipelines);
    }

    void add(String pipeline) {
        if (!everything) {
            pipelines.add(pipeline);
        }
    }

    boolean contains(String pipeline) {
        return everything || pipelines.contains(pipeline);
    }

    /** The names of its pipelines now, {@link #PLAIN} first where it is one of them. */
    Collection<String> names(Records records) {
        if (!everything) {
            return List.copyOf(pipelines);
        }
        TreeSet<String> all = new TreeSet<>(Collections.singleton(PLAIN));
        records.pipelines().forEach(pipeline -> all.add(pipeline.getSpec().getName()));
        // Whatever is left of a pipeline whose record is gone.
        records.replicas().forEach(replica -> all.add(replica.getPipeline()));
        records.actors().forEach(actor -> all.add(actor.getPipeline()));
        records.worlds().forEach(world -> all.add(world.getPipeline()));
        return all;
    }
}
