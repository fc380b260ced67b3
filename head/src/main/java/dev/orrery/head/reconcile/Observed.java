package dev.orrery.head.reconcile;

import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.NodeHello;
import dev.orrery.internal.proto.NodeReport;
import dev.orrery.internal.proto.WorkerReport;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What the nodes told this leader in this epoch. High-rate, so never written. */
public final class Observed {
    /**
     * One node: its agent's hello and newest complete report, whether it is connected, and when it was last heard.
     *
     * @param sequence of its agent's newest report, which may only say that nothing has changed
     * @param lives what is said of each: of those that have a worker, and of guests as if theirs were their own
     */
    public record SeenNode(
            NodeHello hello,
            boolean connected,
            long heardNanos,
            long sequence,
            Optional<NodeReport> report,
            Map<ActorLife, WorkerReport> lives) {
        /** Why nothing can be launched there now. */
        public Optional<String> cannotLaunch() {
            return report.map(NodeReport::getCannotLaunch).filter(why -> !why.isEmpty());
        }

        /** What is said of those that have a worker of their own. */
        public List<WorkerReport> workers() {
            return report.map(NodeReport::getWorkersList).orElse(List.of());
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
                : new SeenNode(hello, true, nowNanos, before.sequence(), before.report(), before.lives());
        nodes.put(hello.getNode(), now);
    }

    /** Its agent's connection closed: what it said stays true, but nothing reaches it. */
    public void disconnected(String node) {
        nodes.computeIfPresent(
                node,
                (name, seen) -> new SeenNode(
                        seen.hello(), false, seen.heardNanos(), seen.sequence(), seen.report(), seen.lives()));
    }

    /** The lives that {@code report} says something else of than the newest one taken from its node. */
    public Set<ActorLife> changed(NodeReport report) {
        if (report.getSameAs() != 0) {
            return Set.of();
        }
        Map<ActorLife, WorkerReport> before =
                node(report.getNode()).map(SeenNode::lives).orElse(Map.of());
        Set<ActorLife> changed = new HashSet<>(before.keySet());
        GuestReports.lives(report).forEach((life, said) -> {
            if (said.equals(before.get(life))) {
                changed.remove(life);
            } else {
                changed.add(life);
            }
        });
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
        nodes.put(
                report.getNode(),
                new SeenNode(
                        before.hello(),
                        true,
                        nowNanos,
                        report.getSequence(),
                        Optional.of(report),
                        GuestReports.lives(report)));
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
                new SeenNode(node.hello(), true, nowNanos, sequence, node.report(), node.lives()));
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
        return node(node).map(seen -> seen.lives().get(life));
    }
}
