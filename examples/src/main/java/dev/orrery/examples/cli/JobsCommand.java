package dev.orrery.examples.cli;

import dev.orrery.internal.proto.ClusterView;
import java.util.List;
import picocli.CommandLine.Command;

@Command(
        name = "jobs",
        mixinStandardHelpOptions = true,
        description = "Lists the drivers that own actors, and the last ones that did.")
final class JobsCommand extends Listing {
    @Override
    List<Row> rows(ClusterView view) {
        return view.getJobsList().stream()
                .map(job -> new Row()
                        .with("job", job.getJob().getId())
                        .with("state", job.getState())
                        .with("driver", job.getJob().getName())
                        .with("host", job.getJob().getHost())
                        .with("pid", job.getJob().getPid())
                        .with("actors", job.getActors())
                        .with("lease_left_ms", job.getLeaseLeftMillis())
                        .with("cause", job.getCause().getMessage()))
                .toList();
    }
}
