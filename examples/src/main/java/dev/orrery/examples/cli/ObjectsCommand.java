package dev.orrery.examples.cli;

import dev.orrery.internal.proto.ClusterView;
import dev.orrery.internal.proto.JobView;
import dev.orrery.internal.proto.ObjectUsage;
import java.util.List;
import picocli.CommandLine.Command;

@Command(
        name = "objects",
        mixinStandardHelpOptions = true,
        description = "Lists what large objects of running drivers take, as each said within the last seconds.")
final class ObjectsCommand extends Listing {
    @Override
    List<Row> rows(ClusterView view) {
        return view.getJobsList().stream()
                .filter(job -> job.hasUsage() && job.getUsage().hasObjects())
                .map(ObjectsCommand::row)
                .toList();
    }

    private static Row row(JobView job) {
        ObjectUsage objects = job.getUsage().getObjects();
        return new Row()
                .with("job", job.getJob().getId())
                .with("driver", job.getJob().getName())
                .with("host", job.getJob().getHost())
                .with("pid", job.getJob().getPid())
                .with("files", objects.getFiles())
                .with("memory_bytes", objects.getMemoryBytes())
                .with("disk_bytes", objects.getDiskBytes());
    }
}
