package dev.orrery.examples.chaos.run;

import dev.orrery.examples.cluster.HostCluster;
import dev.orrery.examples.cluster.NamespaceHosts;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Makes the hosts of a run, has the run done by a process at one of them, and removes everything when that has ended,
 * however it ended.
 */
public final class ChaosLauncher {
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");
    private static final long STOP_SECONDS = 75;

    private final ChaosOptions options;
    private final PrintStream out;

    public ChaosLauncher(ChaosOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    /** Returns 0 if all held, 1 if not, something else if the run failed. An interruption ends the run in good order. */
    public int run() throws IOException, InterruptedException {
        String mark = UUID.randomUUID().toString();
        Path directory = options.directory().isPresent()
                ? Files.createDirectories(options.directory().get().toAbsolutePath())
                : Files.createTempDirectory("orrery-chaos-");
        Path memory = Files.createDirectory(
                SHARED_MEMORY.resolve("orrery-chaos-" + ProcessHandle.current().pid()));
        Optional<String> whyLoopback =
                options.loopback() ? Optional.of("as it was asked for") : NamespaceHosts.whyNot();
        Optional<NamespaceHosts> hosts = Optional.empty();
        int code = 1;
        try {
            hosts = whyLoopback.isEmpty() ? Optional.of(NamespaceHosts.make(RunPlace.hosts())) : Optional.empty();
            RunPlace place = new RunPlace(
                    directory, memory, mark, hosts.map(NamespaceHosts::owner).orElse(0L), whyLoopback.orElse(""));
            code = launch(place);
        } finally {
            List<String> left = HostCluster.sweep(mark);
            left.forEach(process -> out.println("Left by the run, and killed: " + process));
            hosts.ifPresent(NamespaceHosts::remove);
            HostCluster.removeFolder(memory);
        }
        if (code == 0 && options.directory().isEmpty()) {
            HostCluster.removeFolder(directory);
        } else {
            out.println("Data, logs and histories lie in " + directory + ".");
        }
        return code;
    }

    private int launch(RunPlace place) throws IOException, InterruptedException {
        Path report = place.directory().resolve("report.json");
        List<String> line = new ArrayList<>(place.network().inside(RunPlace.CONTROL));
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Xmx512m"));
        line.add("-Dlogback.configurationFile=conf/logback.xml");
        line.addAll(List.of("-cp", System.getProperty("java.class.path"), ChaosMain.class.getName()));
        line.addAll(ChaosMain.arguments(options, report));
        line.addAll(place.arguments());
        ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
        builder.environment().put(HostCluster.markVariable(), place.mark());
        builder.redirectInput(Path.of("/dev/null").toFile());
        Process process = builder.start();
        Thread reader = new Thread(() -> copyLines(process), "orrery-chaos-output");
        reader.start();
        try {
            int code = process.waitFor();
            reader.join(TimeUnit.SECONDS.toMillis(5));
            if (options.report().isPresent() && Files.exists(report)) {
                Files.copy(report, options.report().get(), StandardCopyOption.REPLACE_EXISTING);
            }
            return code;
        } catch (InterruptedException e) {
            process.destroy();
            process.waitFor(STOP_SECONDS, TimeUnit.SECONDS);
            throw e;
        }
    }

    private void copyLines(Process process) {
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                out.println(line);
            }
        } catch (IOException e) {
            out.println("The run's output ended: " + e.getMessage());
        }
    }
}
