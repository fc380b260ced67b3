package dev.orrery.examples.chaos.run;

import dev.orrery.error.OrreryException;
import dev.orrery.examples.chaos.check.WorldCheck;
import dev.orrery.examples.cluster.ClusterObserver;
import dev.orrery.examples.cluster.HostCluster;
import dev.orrery.examples.cluster.ServerWords;
import dev.orrery.internal.proto.ClusterView;
import dev.orrery.internal.proto.WorldView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Looks again and again whether the cluster is as it is to be, and keeps what it saw. Thread-safe. */
final class ClusterWatch implements AutoCloseable {
    private static final Duration VIEW_TIMEOUT = Duration.ofSeconds(2);
    private static final long PERIOD_MILLIS = 150;
    private static final int SHOWN = 4;

    /** @param begunNanos when the look was begun: what it saw was true after that */
    record Look(long begunNanos, List<String> missing) {
        boolean isDesired() {
            return missing.isEmpty();
        }
    }

    private final HostCluster cluster;
    private final ClusterObserver observer;
    private final List<String> processes;
    private final DesiredState desired;
    private final Journal journal;
    private final WorldCheck worlds = new WorldCheck();
    private final Map<Long, String> leaders = new TreeMap<>();
    private final List<Look> looks = new ArrayList<>();
    private final Thread thread = new Thread(this::run, "chaos-watch");
    private volatile boolean stopped;
    private Optional<ClusterView> last = Optional.empty();

    ClusterWatch(
            HostCluster cluster,
            ClusterObserver observer,
            List<String> processes,
            DesiredState desired,
            Journal journal) {
        this.cluster = cluster;
        this.observer = observer;
        this.processes = List.copyOf(processes);
        this.desired = desired;
        this.journal = journal;
    }

    void start() {
        thread.start();
    }

    private void run() {
        while (!stopped) {
            try {
                look();
                TimeUnit.MILLISECONDS.sleep(PERIOD_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void look() {
        long begun = System.nanoTime();
        List<String> missing = new ArrayList<>();
        processes.stream().filter(name -> !cluster.isUp(name)).forEach(name -> missing.add(name + " is down"));
        cluster.zooKeepers().forEach((name, address) -> {
            if (cluster.isUp(name) && !ServerWords.serves(address)) {
                missing.add(name + " is in no quorum");
            }
        });
        try {
            ClusterView view = observer.cluster(VIEW_TIMEOUT);
            seen(view, begun);
            missing.addAll(desired.missing(view));
        } catch (OrreryException e) {
            missing.add("no leader answers: " + e.code());
        }
        add(new Look(begun, List.copyOf(missing)));
    }

    private synchronized void seen(ClusterView view, long nanos) {
        last = Optional.of(view);
        String before = leaders.putIfAbsent(view.getEpoch(), view.getLeader());
        if (before == null) {
            journal.note(view.getLeader() + " leads epoch " + view.getEpoch());
        } else if (!before.equals(view.getLeader())) {
            journal.note(
                    "VIOLATION: epoch " + view.getEpoch() + " has the leaders " + before + " and " + view.getLeader());
        }
        worlds.accept(
                view.getEpoch(),
                view.getWorldsList().stream().map(ClusterWatch::seen).toList(),
                nanos);
    }

    private static WorldCheck.Seen seen(WorldView world) {
        String members = world.getMembersList().stream()
                .map(member -> member.getRank() + "=" + member.getLabel() + "#"
                        + member.getLife().getActor() + "#" + member.getLife().getIncarnation())
                .collect(Collectors.joining(","));
        return new WorldCheck.Seen(world.getId(), members, world.getState());
    }

    private synchronized void add(Look look) {
        List<String> before = looks.isEmpty()
                ? List.of("nothing is known yet")
                : looks.get(looks.size() - 1).missing();
        if (!before.equals(look.missing())) {
            journal.note(look.isDesired() ? "all is as it is to be" : shown(look.missing()));
        }
        looks.add(look);
    }

    private static String shown(List<String> missing) {
        List<String> first = missing.subList(0, Math.min(SHOWN, missing.size()));
        return String.join("; ", first)
                + (missing.size() > first.size() ? " and " + (missing.size() - first.size()) + " more" : "");
    }

    /** The newest view of any leader. */
    synchronized Optional<ClusterView> view() {
        return last;
    }

    /** The first look that was begun then or later and saw the desired state. */
    synchronized Optional<Look> firstDesired(long sinceNanos) {
        return looks.stream()
                .filter(look -> look.begunNanos() >= sinceNanos && look.isDesired())
                .findFirst();
    }

    /** Waits for a look that is begun from now on and sees the desired state; returns what was missing at the end. */
    List<String> awaitDesired(Duration patience) throws InterruptedException {
        long start = System.nanoTime();
        while (firstDesired(start).isEmpty()) {
            if (System.nanoTime() - start > patience.toNanos()) {
                synchronized (this) {
                    return looks.get(looks.size() - 1).missing();
                }
            }
            TimeUnit.MILLISECONDS.sleep(PERIOD_MILLIS / 3);
        }
        return List.of();
    }

    synchronized WorldCheck worlds() {
        return worlds;
    }

    /** Who said that it leads which epoch. */
    synchronized Map<Long, String> leaders() {
        return Map.copyOf(leaders);
    }

    @Override
    public void close() {
        stopped = true;
        thread.interrupt();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
