package dev.orrery.head.reconcile;

import dev.orrery.head.proto.NodeRecord;
import dev.orrery.head.reconcile.Observed.SeenNode;
import dev.orrery.head.state.NodeEvent;
import dev.orrery.head.state.NodeState;
import dev.orrery.internal.proto.NodeHello;
import dev.orrery.internal.proto.WorkerState;
import java.time.Duration;
import java.util.Optional;

/** Follows each node by its reports alone: that its agent's connection closed means nothing by itself. */
public final class NodeReconciler implements Reconciler {
    @Override
    public void reconcile(Draft draft) {
        draft.observed().nodes().values().forEach(seen -> record(draft, seen));
        draft.records().nodes().forEach(node -> follow(draft, node));
    }

    private static void record(Draft draft, SeenNode seen) {
        NodeHello hello = seen.hello();
        Optional<NodeRecord> known = draft.records().node(hello.getNode());
        if (known.filter(record -> says(record, hello)).isPresent()) {
            return;
        }
        NodeRecord.Builder said = known.map(NodeRecord::toBuilder)
                .orElseGet(() -> NodeRecord.newBuilder().setState(NodeState.JOINING.name()))
                .setNode(hello.getNode())
                .setResources(hello.getResources())
                .clearLabels()
                .putAllLabels(hello.getLabelsMap())
                .setHost(hello.getHost())
                .clearGpus();
        if (hello.hasGpus()) {
            said.setGpus(hello.getGpus());
        }
        if (known.isEmpty()) {
            draft.reason("", "node %s joins from %s".formatted(hello.getNode(), hello.getHost()));
        }
        draft.write(Write.put(said.build()));
    }

    private static boolean says(NodeRecord record, NodeHello hello) {
        return record.getResources().equals(hello.getResources())
                && record.getLabelsMap().equals(hello.getLabelsMap())
                && record.getHost().equals(hello.getHost())
                && record.hasGpus() == hello.hasGpus()
                && record.getGpus().equals(hello.getGpus());
    }

    private static void follow(Draft draft, NodeRecord node) {
        Optional<SeenNode> seen = draft.observed().node(node.getNode());
        Duration silence = silence(draft, seen);
        Settings settings = draft.settings();
        NodeRecord current = node;
        if (silence.compareTo(settings.deadAfter()) > 0) {
            current = draft.fire(current, NodeEvent.SILENT, "no report for " + silence.toMillis() + " ms");
        } else if (silence.compareTo(settings.suspectAfter()) > 0) {
            current = draft.fire(current, NodeEvent.LATE, "no report for " + silence.toMillis() + " ms");
        } else if (seen.filter(SeenNode::reported).isPresent()) {
            current = draft.fire(current, NodeEvent.REPORTED, "it reports");
        }
        // Asked while it was DEAD, or before it was; else it is known.
        if (current.getDrain()) {
            current = draft.fire(current, NodeEvent.DRAIN_ASKED, "it is to be drained");
        }
        if (NodeState.valueOf(current.getState()) == NodeState.DRAINING && isEmpty(draft, current, seen)) {
            draft.fire(current, NodeEvent.EMPTIED, "nothing runs there any more");
        }
    }

    private static Duration silence(Draft draft, Optional<SeenNode> seen) {
        long heard = seen.map(SeenNode::heardNanos).orElse(draft.takenOverNanos());
        return Duration.ofNanos(draft.nowNanos() - draft.observed().silentSince(heard));
    }

    /** By the records, and by what it reports. */
    private static boolean isEmpty(Draft draft, NodeRecord node, Optional<SeenNode> seen) {
        boolean nothingRuns = seen.filter(SeenNode::reported)
                .filter(reported ->
                        reported.workers().stream().allMatch(worker -> worker.getState() == WorkerState.EXITED))
                .isPresent();
        return nothingRuns
                && draft.records().actorsOn(node.getNode()).isEmpty()
                && PlacementGroups.reservedOn(draft.records(), node.getNode())
                        .findAny()
                        .isEmpty();
    }
}
