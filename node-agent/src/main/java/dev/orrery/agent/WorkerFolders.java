package dev.orrery.agent;

import dev.orrery.agent.process.OutputLog;
import dev.orrery.agent.process.WorkerFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the disk from filling up: bounds the output of workers, and removes folders that nobody needs. Thread-safe. */
final class WorkerFolders {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerFolders.class);
    /** Of ended workers, for people who look for a reason. */
    static final int KEPT = 10;

    private final Path workers;
    private final long outputLimit;
    private final WorkerLogs logs;
    private final Set<WorkerFolder> used = ConcurrentHashMap.newKeySet();
    private final Set<WorkerFolder> ended = ConcurrentHashMap.newKeySet();

    WorkerFolders(Path workers, long outputLimit, WorkerLogs logs) {
        this.workers = workers;
        this.outputLimit = outputLimit;
        this.logs = logs;
    }

    void use(WorkerFolder folder) {
        used.add(folder);
    }

    /** No process uses it; it still names a life that was asked for. */
    void ended(WorkerFolder folder) {
        ended.add(folder);
    }

    void forgotten(WorkerFolder folder) {
        ended.add(folder);
        used.remove(folder);
    }

    /** Blocks on the disk. */
    synchronized void tidy() {
        for (WorkerFolder folder : used) {
            limitOutput(folder);
        }
        for (WorkerFolder folder : List.copyOf(ended)) {
            ended.remove(folder);
            try {
                folder.markCleared();
                folder.removeTemporary();
            } catch (IOException e) {
                LOG.warn("cannot tidy {}: {}", folder.root(), e.toString());
            }
        }
        removeOld();
    }

    private void limitOutput(WorkerFolder folder) {
        try {
            if (logs.limit(new OutputLog(folder.output()), outputLimit)) {
                LOG.info("{} exceeded {} bytes and was moved to {}.1", folder.output(), outputLimit, folder.output());
            }
        } catch (IOException e) {
            LOG.warn("cannot limit {}: {}", folder.output(), e.toString());
        }
    }

    private void removeOld() {
        try {
            Map<WorkerFolder, FileTime> unused = new HashMap<>();
            try (Stream<Path> folders = Files.list(workers)) {
                for (Path path : folders.toList()) {
                    WorkerFolder folder = new WorkerFolder(path);
                    if (!used.contains(folder)) {
                        unused.put(folder, Files.getLastModifiedTime(path));
                    }
                }
            }
            List<WorkerFolder> oldestLast = unused.keySet().stream()
                    .sorted(Comparator.comparing((WorkerFolder folder) -> unused.get(folder))
                            .reversed())
                    .toList();
            for (WorkerFolder folder : oldestLast.subList(Math.min(KEPT, oldestLast.size()), oldestLast.size())) {
                folder.remove();
            }
        } catch (NoSuchFileException e) {
            LOG.debug("{} went meanwhile", e.getFile());
        } catch (IOException e) {
            LOG.warn("cannot tidy {}: {}", workers, e.toString());
        }
    }
}
