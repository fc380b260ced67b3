package dev.orrery.head.reconcile;

import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.NodeHello;
import dev.orrery.internal.proto.NodeReport;
import dev.orrery.internal.proto.WorkerReport;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What the nodes told this leader in this epoch. High-rate, so never written. */
public final class Observed {
    /** One node: its agent's hello and newest report, whether it is connected, and when it was last heard. */
    public record SeenNode(
            NodeHello hello,
            boolean connected,
            long heardNanos,
            Optional<NodeReport> report,
            Map<ActorLife, WorkerReport> workers) {
        /** Whether it has reported in this epoch. */
        public boolean reported() {
            return report.isPresent();
        }
    }

    /** What a report brings. */
    public enum News {
        /** Older than one taken already, or from an agent that was replaced. */
        STALE,
        /** What the one before said. */
        HEARTBEAT,
        CHANGE
    }

    private final Map<String, SeenNode> nodes = new TreeMap<>();

    /** An agent dialled this leader. What its node reported before stays true until it reports anew. */
    public void registered(NodeHello hello, long nowNanos) {
        SeenNode before = nodes.get(hello.getNode());
        SeenNode now = before == null
                ? new SeenNode(hello, true, nowNanos, Optional.empty(), Map.of())
                : new SeenNode(hello, true, nowNanos, before.report(), before.workers());
        nodes.put(hello.getNode(), now);
    }

    /** Its agent's connection closed: what it said stays true, but nothing reaches it. */
    public void disconnected(String node) {
        nodes.computeIfPresent(
                node,
                (name, seen) -> new SeenNode(seen.hello(), false, seen.heardNanos(), seen.report(), seen.workers()));
    }

    public News reported(NodeReport report, long nowNanos) {
        SeenNode before = nodes.get(report.getNode());
        if (before == null || !before.hello().getAgentInstance().equals(report.getAgentInstance())) {
            return News.STALE;
        }
        Optional<NodeReport> last =
                before.report().filter(known -> known.getAgentInstance().equals(report.getAgentInstance()));
        if (last.filter(known -> known.getSequence() >= report.getSequence()).isPresent()) {
            return News.STALE;
        }
        Map<ActorLife, WorkerReport> workers = report.getWorkersList().stream()
                .collect(Collectors.toMap(WorkerReport::getLife, Function.identity(), (first, second) -> second));
        nodes.put(report.getNode(), new SeenNode(before.hello(), true, nowNanos, Optional.of(report), workers));
        boolean same = last.map(known -> known.toBuilder()
                        .setSequence(report.getSequence())
                        .build()
                        .equals(report))
                .orElse(false);
        return same ? News.HEARTBEAT : News.CHANGE;
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
