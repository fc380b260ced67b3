package dev.orrery.examples.cli;

import dev.orrery.internal.proto.ClusterView;
import dev.orrery.internal.proto.JobView;
import dev.orrery.internal.proto.TasksOfName;
import java.util.List;
import picocli.CommandLine.Command;

@Command(
        name = "tasks",
        mixinStandardHelpOptions = true,
        description = "Lists the tasks of running drivers by name, as each said within the last seconds.")
final class TasksCommand extends Listing {
    @Override
    List<Row> rows(ClusterView view) {
        return view.getJobsList().stream()
                .flatMap(job -> job.getUsage().getTasksList().stream().map(tasks -> row(job, tasks)))
                .toList();
    }

    private static Row row(JobView job, TasksOfName tasks) {
        return new Row()
                .with("name", tasks.getName())
                .with("open", tasks.getOpen())
                .with("done", tasks.getDone())
                .with("failed", tasks.getFailed())
                .with("job", job.getJob().getId())
                .with("driver", job.getJob().getName())
                .with("host", job.getJob().getHost())
                .with("pid", job.getJob().getPid());
    }
}
