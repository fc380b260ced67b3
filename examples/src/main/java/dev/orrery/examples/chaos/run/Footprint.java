package dev.orrery.examples.chaos.run;

import dev.orrery.examples.cluster.HostCluster;
import dev.orrery.examples.cluster.ProcessFigures;
import dev.orrery.examples.cluster.ServerWords;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.ClusterView;
import dev.orrery.internal.proto.PipelineView;
import dev.orrery.internal.proto.StageView;
import dev.orrery.internal.rpc.HostPort;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a cluster in its desired state takes of its machine.
 *
 * @param threads by process that is no worker
 * @param descriptors by process that is no worker
 * @param strays worker processes that no actor of the leader's view lives in
 * @param workers worker processes but for one at each node that may wait for a life
 * @param znodes of ZooKeeper beyond those of records that the view shows; empty: it did not tell
 * @param ephemerals of ZooKeeper
 */
record Footprint(
        Map<String, Integer> threads,
        Map<String, Integer> descriptors,
        List<String> strays,
        int workers,
        Optional<Long> znodes,
        Optional<Long> ephemerals) {
    private static final String WORKER = "dev.orrery.worker.WorkerMain";
    private static final Pattern WARM = Pattern.compile("-Djava\\.io\\.tmpdir=(\\S+)/warm/");
    private static final int SLACK = 12;
    private static final double GROWTH = 1.5;

    static Footprint of(HostCluster cluster, List<String> processes, ClusterView view) {
        Map<String, Integer> threads = new TreeMap<>();
        Map<String, Integer> descriptors = new TreeMap<>();
        for (String name : processes) {
            threads.put(name, ProcessFigures.threads(cluster.pid(name)).orElse(0));
            descriptors.put(name, ProcessFigures.descriptors(cluster.pid(name)).orElse(0));
        }
        Set<Long> known = view.getActorsList().stream().map(ActorView::getPid).collect(Collectors.toSet());
        List<String> strays = new ArrayList<>();
        Set<Long> workers = new HashSet<>();
        Set<String> waiting = new HashSet<>();
        for (long pid : cluster.processes()) {
            String command = ProcessFigures.commandLine(pid);
            if (command.contains(WORKER) && command.contains("java") && !command.contains("/bin/sh")) {
                boolean waits = !known.contains(pid)
                        && waitingAt(command).filter(waiting::add).isPresent();
                if (!waits) {
                    workers.add(pid);
                }
                if (!waits && !known.contains(pid)) {
                    strays.add("worker process " + pid + " hosts no actor: " + command);
                }
            }
        }
        return new Footprint(
                threads,
                descriptors,
                List.copyOf(strays),
                workers.size(),
                figure(cluster, "zk_znode_count").map(all -> all - records(view)),
                figure(cluster, "zk_ephemerals_count"));
    }

    /** The folder of the node, of which one worker may wait there for a life. */
    private static Optional<String> waitingAt(String command) {
        Matcher folder = WARM.matcher(command);
        return folder.find() ? Optional.of(folder.group(1)) : Optional.empty();
    }

    private static Optional<Long> figure(HostCluster cluster, String name) {
        for (HostPort server : cluster.zooKeepers().values()) {
            Optional<Long> found = ServerWords.figure(server, name);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    /** How many records of those whose number changes the view is of: a plain actor that lives has one for its name. */
    private static long records(ClusterView view) {
        long names = view.getActorsList().stream()
                .filter(actor -> !actor.getName().isEmpty() && !actor.getState().equals("DEAD"))
                .count();
        long replicas = view.getPipelinesList().stream()
                .map(PipelineView::getStagesList)
                .flatMap(List::stream)
                .mapToLong(StageView::getReplicasCount)
                .sum();
        return view.getActorsCount() + view.getWorldsCount() + names + replicas;
    }

    /** What there is more of now than before the faults, in words. */
    List<String> leakedSince(Footprint before) {
        List<String> leaked = new ArrayList<>(strays);
        grown(leaked, "threads", before.threads, threads);
        grown(leaked, "open files", before.descriptors, descriptors);
        if (workers > before.workers) {
            leaked.add(workers + " worker processes, before the faults " + before.workers);
        }
        more(leaked, "znodes without a record", before.znodes, znodes);
        more(leaked, "ephemeral znodes", before.ephemerals, ephemerals);
        return leaked;
    }

    private static void grown(List<String> leaked, String what, Map<String, Integer> before, Map<String, Integer> now) {
        int most = before.values().stream().mapToInt(it -> it).max().orElse(0);
        now.forEach((name, count) -> {
            double limit = GROWTH * before.getOrDefault(name, most) + SLACK;
            if (count > limit) {
                leaked.add(String.format(
                        Locale.ROOT,
                        "%s has %d %s, before the faults %d",
                        name,
                        count,
                        what,
                        before.getOrDefault(name, 0)));
            }
        });
    }

    private static void more(List<String> leaked, String what, Optional<Long> before, Optional<Long> now) {
        if (before.isPresent() && now.isPresent() && now.get() > before.get()) {
            leaked.add(now.get() + " " + what + ", before the faults " + before.get());
        }
    }
}
