package dev.orrery.agent.process;

import dev.orrery.worker.launch.LaunchSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks through the folders that an earlier agent of this node has left. */
public final class WorkerScan {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerScan.class);

    private WorkerScan() {}

    /** One folder. The launch is empty for a folder that an agent has begun to make and nothing was started from. */
    public record Found(WorkerFolder folder, Optional<LaunchSpec> launch, Verdict verdict) {}

    /** After this, nothing starts from a folder in which nothing has started before. */
    public static List<Found> of(Path workers, ProcessTable processes) throws IOException {
        List<Found> found = new ArrayList<>();
        try (Stream<Path> folders = Files.list(workers)) {
            for (Path path : folders.sorted().toList()) {
                found.add(look(new WorkerFolder(path), processes));
            }
        } catch (NoSuchFileException e) {
            return List.of();
        }
        return found;
    }

    private static Found look(WorkerFolder folder, ProcessTable processes) throws IOException {
        Optional<LaunchSpec> launch = launch(folder);
        if (launch.isEmpty() || folder.preventStart()) {
            return new Found(
                    folder,
                    launch,
                    new Verdict.Gone(new ExitStatus.NotStarted("the agent ended before it had started it")));
        }
        return new Found(folder, launch, Verdict.look(folder, processes));
    }

    private static Optional<LaunchSpec> launch(WorkerFolder folder) {
        try {
            return folder.exists() ? Optional.of(LaunchSpec.read(folder.launchFile())) : Optional.empty();
        } catch (IOException e) {
            // Written before the fork and durable; only a broken disk does this.
            LOG.error("cannot read {}: {}", folder.launchFile(), e.getMessage());
            return Optional.empty();
        }
    }
}
