package dev.orrery.head.service;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.proto.NodeRecord;
import dev.orrery.head.proto.PipelineRecord;
import dev.orrery.head.proto.PlacementGroupRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The outcomes of a record's newest mutations, so that a resent one returns the first outcome. */
final class Operations {
    private static final int KEPT = 20;
    private static final int MAX_CHARS = 100;

    private Operations() {}

    static PipelineRecord.Builder add(PipelineRecord.Builder pipeline, String operation, long generation) {
        if (operation.isEmpty()) {
            return pipeline;
        }
        checkLength(operation);
        List<String> outcomes = added(pipeline.getOperationsList(), generation + " " + operation);
        return pipeline.clearOperations().addAllOperations(outcomes);
    }

    static NodeRecord.Builder add(NodeRecord.Builder node, String operation) {
        if (operation.isEmpty()) {
            return node;
        }
        checkLength(operation);
        List<String> operations = added(node.getOperationsList(), operation);
        return node.clearOperations().addAllOperations(operations);
    }

    static PlacementGroupRecord.Builder add(PlacementGroupRecord.Builder group, String operation, int firstNumber) {
        if (operation.isEmpty()) {
            return group;
        }
        checkLength(operation);
        List<String> outcomes = added(group.getOperationsList(), firstNumber + " " + operation);
        return group.clearOperations().addAllOperations(outcomes);
    }

    private static void checkLength(String operation) {
        if (operation.length() > MAX_CHARS) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT, "an operation's id has at most " + MAX_CHARS + " characters");
        }
    }

    private static List<String> added(List<String> before, String outcome) {
        List<String> outcomes = new ArrayList<>(before);
        outcomes.add(outcome);
        return outcomes.subList(Math.max(0, outcomes.size() - KEPT), outcomes.size());
    }

    /** The generation that {@code operation} led to. */
    static Optional<Long> outcome(PipelineRecord pipeline, String operation) {
        return outcome(pipeline.getOperationsList(), operation);
    }

    /** The number of the first bundle that {@code operation} added, or would have. */
    static Optional<Long> outcome(PlacementGroupRecord group, String operation) {
        return outcome(group.getOperationsList(), operation);
    }

    private static Optional<Long> outcome(List<String> outcomes, String operation) {
        return outcomes.stream()
                .map(outcome -> outcome.split(" ", 2))
                .filter(outcome -> !operation.isEmpty() && outcome[1].equals(operation))
                .map(outcome -> Long.parseLong(outcome[0]))
                .findFirst();
    }
}
