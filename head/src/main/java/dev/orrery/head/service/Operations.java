package dev.orrery.head.service;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.proto.PipelineRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The outcomes of a pipeline's newest mutations, so that a resent one returns the first outcome. */
final class Operations {
    private static final int KEPT = 20;
    private static final int MAX_CHARS = 100;

    private Operations() {}

    static PipelineRecord.Builder add(PipelineRecord.Builder pipeline, String operation, long generation) {
        if (operation.isEmpty()) {
            return pipeline;
        }
        if (operation.length() > MAX_CHARS) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT, "an operation's id has at most " + MAX_CHARS + " characters");
        }
        List<String> outcomes = new ArrayList<>(pipeline.getOperationsList());
        outcomes.add(generation + " " + operation);
        int first = Math.max(0, outcomes.size() - KEPT);
        return pipeline.clearOperations().addAllOperations(outcomes.subList(first, outcomes.size()));
    }

    /** The generation that {@code operation} led to. */
    static Optional<Long> outcome(PipelineRecord pipeline, String operation) {
        return pipeline.getOperationsList().stream()
                .map(outcome -> outcome.split(" ", 2))
                .filter(outcome -> !operation.isEmpty() && outcome[1].equals(operation))
                .map(outcome -> Long.parseLong(outcome[0]))
                .findFirst();
    }
}
