package dev.orrery.examples.cli;

import dev.orrery.internal.proto.ClusterView;
import dev.orrery.internal.proto.PipelineView;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

@Command(
        name = "pipelines",
        mixinStandardHelpOptions = true,
        description = "Lists the pipelines; stages as serving/wanted replicas.")
final class PipelinesCommand extends Listing {
    @Override
    List<Row> rows(ClusterView view) {
        return view.getPipelinesList().stream()
                .map(pipeline -> new Row()
                        .with("pipeline", pipeline.getName())
                        .with("state", pipeline.getState())
                        .with("generation", pipeline.getGeneration())
                        .with("stages", stages(pipeline))
                        .with(
                                "failure",
                                pipeline.hasFailure()
                                        ? pipeline.getFailure().getKind() + ": "
                                                + pipeline.getFailure().getMessage()
                                        : ""))
                .toList();
    }

    private static String stages(PipelineView pipeline) {
        return pipeline.getStagesList().stream()
                .map(stage -> stage.getName() + " " + stage.getServing() + "/" + stage.getWanted())
                .collect(Collectors.joining(", "));
    }
}
