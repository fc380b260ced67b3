package dev.orrery.benchmarks.control;

/** How large a cluster is: actors and worlds are those of many equal pipelines. */
public record Scale(int nodes, int actors, int worlds) {
    public Scale {
        if (nodes < 10 || actors < PipelineShape.ACTORS) {
            throw new IllegalArgumentException("needs at least 10 nodes and " + PipelineShape.ACTORS + " actors");
        }
        if (actors % PipelineShape.ACTORS != 0 || worlds != actors / PipelineShape.ACTORS * PipelineShape.WORLDS) {
            throw new IllegalArgumentException(
                    "a pipeline has %d actors and %d worlds, so %d actors come with %d worlds"
                            .formatted(
                                    PipelineShape.ACTORS,
                                    PipelineShape.WORLDS,
                                    actors / PipelineShape.ACTORS * PipelineShape.ACTORS,
                                    actors / PipelineShape.ACTORS * PipelineShape.WORLDS));
        }
    }

    int pipelines() {
        return actors / PipelineShape.ACTORS;
    }

    /** How many nodes are lost at once. */
    public int lostNodes() {
        return nodes / 10;
    }

    /** A tenth of it. */
    public Scale tenth() {
        int tenth = Math.max(1, pipelines() / 10);
        return new Scale(Math.max(10, nodes / 10), tenth * PipelineShape.ACTORS, tenth * PipelineShape.WORLDS);
    }
}
