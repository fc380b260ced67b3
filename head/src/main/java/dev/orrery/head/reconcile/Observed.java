package dev.orrery.head.reconcile;

import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.NodeHello;
import dev.orrery.internal.proto.NodeReport;
import dev.orrery.internal.proto.WorkerReport;
import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What the nodes told this leader in this epoch. High-rate, so never written. */
public final class Observed {
    /**
     * One node: its agent's hello and newest complete report, whether it is connected, and when it was last heard.
     *
     * @param sequence of its agent's newest report, which may only say that nothing has changed
     */
    public record SeenNode(
            NodeHello hello,
            boolean connected,
            long heardNanos,
            long sequence,
            Optional<NodeReport> report,
            Map<ActorLife, WorkerReport> workers) {
        /** Why nothing can be launched there now. */
        public Optional<String> cannotLaunch() {
            return report.map(NodeReport::getCannotLaunch).filter(why -> !why.isEmpty());
        }

        /** Whether it has reported in this epoch. */
        public boolean reported() {
            return report.isPresent();
        }
    }

    /** What a report brings. */
    public enum News {
        /** Older than one taken already, or from an agent that was replaced. */
        STALE,
        /** The same as one that this leader does not have. */
        UNKNOWN,
        /** What the one before said. */
        HEARTBEAT,
        CHANGE
    }

    private final Map<String, SeenNode> nodes = new TreeMap<>();
    private Optional<Long> deafUntil = Optional.empty();

    /** This leader did not listen until now, so it cannot tell who was silent before. */
    public void wasDeafUntil(long nowNanos) {
        deafUntil = Optional.of(nowNanos);
    }

    /** From when on a silence counts that would have begun at that time. */
    long silentSince(long nanos) {
        return deafUntil.filter(deaf -> deaf - nanos > 0).orElse(nanos);
    }

    /** An agent dialled this leader. What its node reported before stays true until it reports anew. */
    public void registered(NodeHello hello, long nowNanos) {
        SeenNode before = nodes.get(hello.getNode());
        SeenNode now = before == null
                ? new SeenNode(hello, true, nowNanos, 0, Optional.empty(), Map.of())
                : new SeenNode(hello, true, nowNanos, before.sequence(), before.report(), before.workers());
        nodes.put(hello.getNode(), now);
    }

    /** Its agent's connection closed: what it said stays true, but nothing reaches it. */
    public void disconnected(String node) {
        nodes.computeIfPresent(
                node,
                (name, seen) -> new SeenNode(
                        seen.hello(), false, seen.heardNanos(), seen.sequence(), seen.report(), seen.workers()));
    }

    /** The lives that {@code report} says something else of than the newest one taken from its node. */
    public Set<ActorLife> changed(NodeReport report) {
        if (report.getSameAs() != 0) {
            return Set.of();
        }
        Map<ActorLife, WorkerReport> before =
                node(report.getNode()).map(SeenNode::workers).orElse(Map.of());
        Set<ActorLife> changed = new HashSet<>(before.keySet());
        for (WorkerReport worker : report.getWorkersList()) {
            if (worker.equals(before.get(worker.getLife()))) {
                changed.remove(worker.getLife());
            } else {
                changed.add(worker.getLife());
            }
        }
        return changed;
    }

    public News reported(NodeReport report, long nowNanos) {
        SeenNode before = nodes.get(report.getNode());
        if (before == null || !before.hello().getAgentInstance().equals(report.getAgentInstance())) {
            return News.STALE;
        }
        Optional<NodeReport> last =
                before.report().filter(known -> known.getAgentInstance().equals(report.getAgentInstance()));
        if (last.isPresent() && before.sequence() >= report.getSequence()) {
            return News.STALE;
        }
        if (report.getSameAs() != 0) {
            boolean known =
                    last.filter(it -> it.getSequence() == report.getSameAs()).isPresent();
            return known ? heard(before, report.getSequence(), nowNanos) : News.UNKNOWN;
        }
        Map<ActorLife, WorkerReport> workers = report.getWorkersList().stream()
                .collect(Collectors.toMap(WorkerReport::getLife, Function.identity(), (first, second) -> second));
        nodes.put(
                report.getNode(),
                new SeenNode(before.hello(), true, nowNanos, report.getSequence(), Optional.of(report), workers));
        boolean same = last.map(known -> known.toBuilder()
                        .setSequence(report.getSequence())
                        .build()
                        .equals(report))
                .orElse(false);
        return same ? News.HEARTBEAT : News.CHANGE;
    }

    private News heard(SeenNode node, long sequence, long nowNanos) {
        nodes.put(
                node.hello().getNode(),
                new SeenNode(node.hello(), true, nowNanos, sequence, node.report(), node.workers()));
        return News.HEARTBEAT;
    }

    /** By name. */
    public Map<String, SeenNode> nodes() {
        return Collections.unmodifiableMap(nodes);
    }

    public Optional<SeenNode> node(String name) {
        return Optional.ofNullable(nodes.get(name));
    }

    /** What the node last said about that life. */
    public Optional<WorkerReport> worker(String node, ActorLife life) {
        return node(node).map(seen -> seen.workers().get(life));
    }
}
