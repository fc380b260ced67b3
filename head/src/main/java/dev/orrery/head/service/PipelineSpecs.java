package dev.orrery.head.service;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.names.NameRules;
import dev.orrery.internal.proto.PipelinePolicy;
import dev.orrery.internal.proto.PipelineSpec;
import dev.orrery.internal.proto.Resources;
import dev.orrery.internal.proto.StageSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks a pipeline's definition, and fills in what it leaves open. */
final class PipelineSpecs {
    /** The record holds more than the definition, and 64 KB is the limit of a record. */
    private static final int MAX_BYTES = 40 * 1024;

    private static final int MAX_REPLICAS = 1_000;

    private PipelineSpecs() {}

    /** Throws INVALID_ARGUMENT with everything that is wrong. */
    static PipelineSpec checked(PipelineSpec spec) {
        List<String> errors = new ArrayList<>();
        NameRules.wrong("a pipeline", spec.getName()).ifPresent(errors::add);
        if (spec.getStagesCount() == 0) {
            errors.add("a pipeline needs at least one stage");
        }
        PipelineSpec.Builder filled = spec.toBuilder().clearStages().setPolicy(policy(errors, spec.getPolicy()));
        Set<String> names = new HashSet<>();
        for (StageSpec stage : spec.getStagesList()) {
            if (!names.add(stage.getName())) {
                errors.add("two stages are called '" + stage.getName() + "'");
            }
            filled.addStages(stage(errors, stage));
        }
        if (spec.getSerializedSize() > MAX_BYTES) {
            errors.add("the definition has " + spec.getSerializedSize() + " bytes, more than " + MAX_BYTES
                    + "; let stage factories read large data in open()");
        }
        if (!errors.isEmpty()) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT,
                    "pipeline '" + spec.getName() + "': " + String.join("; ", errors),
                    Map.of("pipeline", spec.getName()));
        }
        return filled.build();
    }

    private static StageSpec stage(List<String> errors, StageSpec stage) {
        String who = "stage '" + stage.getName() + "'";
        NameRules.wrong("a stage", stage.getName()).ifPresent(errors::add);
        if (stage.getFactoryCase() == StageSpec.FactoryCase.FACTORY_NOT_SET) {
            errors.add(who + " has neither a factory nor a class");
        }
        StageSpec.Builder filled = stage.toBuilder()
                .setReplicas(orDefault(stage.getReplicas(), 1))
                .setMaxInFlight(orDefault(stage.getMaxInFlight(), 8));
        filled.setMinReplicas(orDefault(stage.getMinReplicas(), 1));
        filled.setMaxReplicas(orDefault(stage.getMaxReplicas(), MAX_REPLICAS));
        filled.setStallTimeoutMillis(stage.getStallTimeoutMillis() == 0 ? 60_000 : stage.getStallTimeoutMillis());
        if (!stage.hasResources()) {
            filled.setResources(Resources.newBuilder().setMilliCpus(1_000));
        }
        boolean ordered = 1 <= filled.getMinReplicas()
                && filled.getMinReplicas() <= filled.getReplicas()
                && filled.getReplicas() <= filled.getMaxReplicas()
                && filled.getMaxReplicas() <= MAX_REPLICAS;
        if (!ordered) {
            errors.add("%s: replicas %d must be between min %d and max %d, these between 1 and %d"
                    .formatted(
                            who, filled.getReplicas(), filled.getMinReplicas(), filled.getMaxReplicas(), MAX_REPLICAS));
        }
        positive(errors, who + ": maxInFlight", filled.getMaxInFlight());
        positive(errors, who + ": stallTimeout", filled.getStallTimeoutMillis());
        NeededPlacement.check(errors, who + ": ", filled.getResources(), filled.getNodeChoice());
        NeededPlacement.checkNoGroup(errors, who + ": ", filled.getNodeChoice());
        return filled.build();
    }

    private static PipelinePolicy policy(List<String> errors, PipelinePolicy policy) {
        PipelinePolicy filled = policy.toBuilder()
                .setQueueCapacity(orDefault(policy.getQueueCapacity(), 1024))
                .setMaxAttempts(orDefault(policy.getMaxAttempts(), 5))
                .setDefaultDeadlineMillis(orDefault(policy.getDefaultDeadlineMillis(), 30_000))
                .setDrainDeadlineMillis(orDefault(policy.getDrainDeadlineMillis(), 30_000))
                .setMaxTensorBytes(orDefault(policy.getMaxTensorBytes(), 32L << 20))
                .setOpenTimeoutMillis(orDefault(policy.getOpenTimeoutMillis(), 120_000))
                .setRestartWindowMillis(orDefault(policy.getRestartWindowMillis(), 600_000))
                .build();
        positive(errors, "queueCapacity", filled.getQueueCapacity());
        positive(errors, "maxAttempts", filled.getMaxAttempts());
        positive(errors, "requestDeadline", filled.getDefaultDeadlineMillis());
        positive(errors, "drainDeadline", filled.getDrainDeadlineMillis());
        positive(errors, "maxTensorBytes", filled.getMaxTensorBytes());
        positive(errors, "openTimeout", filled.getOpenTimeoutMillis());
        positive(errors, "the window of restarts", filled.getRestartWindowMillis());
        if (policy.getMaxRestarts() < 0) {
            errors.add("restarts must not be negative, not " + policy.getMaxRestarts());
        }
        return filled;
    }

    private static int orDefault(int given, int otherwise) {
        return given == 0 ? otherwise : given;
    }

    private static long orDefault(long given, long otherwise) {
        return given == 0 ? otherwise : given;
    }

    private static void positive(List<String> errors, String what, long value) {
        if (value <= 0) {
            errors.add(what + " must be positive, not " + value);
        }
    }
}
