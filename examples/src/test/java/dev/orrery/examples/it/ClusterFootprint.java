package dev.orrery.examples.it;

import dev.orrery.examples.cluster.LocalCluster;
import dev.orrery.examples.cluster.ProcessFigures;
import dev.orrery.examples.cluster.ServerWords;
import dev.orrery.internal.proto.ClusterView;
import dev.orrery.internal.rpc.HostPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a local cluster takes.
 *
 * @param processes heads and agents by name
 * @param workers processes of workers
 * @param sharedFiles in the shared memory that is this cluster's own
 * @param znodes that ZooKeeper has
 */
record ClusterFootprint(
        int actors, int worlds, Map<String, OfProcess> processes, int workers, int sharedFiles, long znodes) {
    private static final Duration VIEW_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Pattern NAMED = Pattern.compile("--(?:head|agent)\\.name=(\\S+)");

    record OfProcess(int threads, int descriptors) {
        private static OfProcess of(long pid) {
            return new OfProcess(
                    ProcessFigures.threads(pid).orElseThrow(),
                    ProcessFigures.descriptors(pid).orElseThrow());
        }
    }

    static ClusterFootprint of(LocalCluster cluster, Path sharedMemory) {
        ClusterView view = cluster.observer().cluster(VIEW_TIMEOUT);
        Map<String, OfProcess> processes = new TreeMap<>();
        int workers = 0;
        for (long pid : cluster.processIds()) {
            String command = ProcessFigures.commandLine(pid);
            Matcher name = NAMED.matcher(command);
            if (name.find()) {
                processes.put(name.group(1), OfProcess.of(pid));
            } else if (command.contains("dev.orrery.worker.WorkerMain")) {
                workers++;
            }
        }
        return new ClusterFootprint(
                view.getActorsCount(),
                view.getWorldsCount(),
                processes,
                workers,
                entries(sharedMemory),
                ServerWords.znodes(HostPort.parse(cluster.zooKeeperAddress()), TIMEOUT)
                        .orElseThrow());
    }

    private static int entries(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return (int) entries.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
