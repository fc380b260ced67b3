package dev.orrery.head.service;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.proto.NodeRecord;
import dev.orrery.head.reconcile.Draft;
import dev.orrery.head.reconcile.Records;
import dev.orrery.head.reconcile.Write;
import dev.orrery.head.state.NodeEvent;
import dev.orrery.internal.proto.DrainNodeRequest;
import dev.orrery.internal.proto.DrainNodeResponse;
import dev.orrery.internal.proto.UndrainNodeRequest;
import dev.orrery.internal.proto.UndrainNodeResponse;
import java.util.List;
import java.util.Map;

/** Drains nodes and takes that back: each writes one node's record into a draft, or throws and writes nothing. */
public final class NodeService {
    private NodeService() {}

    /** To drain twice is to drain once. One that is DEAD is drained should it return. */
    public static DrainNodeResponse drain(Draft draft, DrainNodeRequest request) {
        NodeRecord node = find(draft.records(), request.getNode());
        if (!isKnown(node, request.getOperation())) {
            write(draft, node.toBuilder().setDrain(true), request.getOperation(), NodeEvent.DRAIN_ASKED, "drains");
        }
        return DrainNodeResponse.getDefaultInstance();
    }

    /** What was moved stays where it is; what was not stays here. */
    public static UndrainNodeResponse undrain(Draft draft, UndrainNodeRequest request) {
        NodeRecord node = find(draft.records(), request.getNode());
        if (!isKnown(node, request.getOperation())) {
            write(draft, node.toBuilder().clearDrain(), request.getOperation(), NodeEvent.UNDRAIN_ASKED, "undrains");
        }
        return UndrainNodeResponse.getDefaultInstance();
    }

    private static boolean isKnown(NodeRecord node, String operation) {
        return !operation.isEmpty() && node.getOperationsList().contains(operation);
    }

    private static void write(Draft draft, NodeRecord.Builder asked, String operation, NodeEvent event, String does) {
        NodeRecord record = Operations.add(asked, operation).build();
        draft.write(Write.put(record));
        draft.fire(record, event, "a client " + does + " it");
    }

    private static NodeRecord find(Records records, String name) {
        return records.node(name).orElseThrow(() -> {
            List<String> names =
                    records.nodes().stream().map(NodeRecord::getNode).toList();
            String there = names.isEmpty() ? "there are no nodes" : "nodes there are: " + String.join(", ", names);
            return OrreryException.of(
                    ErrorCode.NOT_FOUND, "no node is called '" + name + "'; " + there, Map.of("node", name));
        });
    }
}
