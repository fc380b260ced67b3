package dev.orrery.benchmarks.control;

import dev.orrery.benchmarks.machine.MachineFacts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Measures the control plane at several scales, each with a cluster of its own. */
public final class ControlBench {
    private final List<Scale> scales;
    private final Duration idleTime;
    private final Path folder;
    private final Consumer<String> progress;

    /**
     * @param idleTime for how long writes and processor time of an idle cluster are counted
     * @param folder for logs and data
     * @param progress takes lines for people
     */
    public ControlBench(List<Scale> scales, Duration idleTime, Path folder, Consumer<String> progress) {
        this.scales = List.copyOf(scales);
        this.idleTime = idleTime;
        this.folder = folder;
        this.progress = progress;
    }

    public ControlReport run() throws IOException, InterruptedException {
        MachineFacts machine = MachineFacts.here();
        long begin = System.nanoTime();
        List<ScaleFigures> runs = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        for (Scale scale : scales) {
            Path own = Files.createDirectories(folder.resolve(scale.actors() + "-actors"));
            try {
                runs.add(ScaleRun.of(scale, idleTime, own, progress));
            } catch (IOException e) {
                failures.add(scale + ": " + e.getMessage());
            }
        }
        double sessionTimeout = ControlCluster.SESSION_TIMEOUT.toMillis() / 1e3;
        return new ControlReport(
                MachineFacts.today(),
                TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin),
                machine,
                sessionTimeout,
                ControlCluster.DEAD_AFTER.toMillis() / 1e3,
                runs,
                ControlTargets.of(runs, sessionTimeout),
                failures);
    }
}
