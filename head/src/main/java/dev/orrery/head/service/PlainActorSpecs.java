package dev.orrery.head.service;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.names.NameRules;
import dev.orrery.internal.proto.ActorFunction;
import dev.orrery.internal.proto.PlainActorSpec;
import dev.orrery.internal.proto.StartActorRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Checks what a plain actor is to be. */
final class PlainActorSpecs {
    /** The record holds more than the definition, and 64 KB is the limit of a record. */
    private static final int MAX_BYTES = 40 * 1024;

    /** A node is told of all that is to run there in one message of up to 64 MB, and ten thousand may. */
    private static final int MAX_SHAREABLE_BYTES = 4 * 1024;

    private static final int MOST_PENDING_CALLS = 1_000_000;
    private static final int MOST_RESTARTS = 1_000_000;
    private static final int MOST_CALL_RETRIES = 1_000;
    private static final int MOST_CONCURRENCY = 1_000;

    private PlainActorSpecs() {}

    /** Throws INVALID_ARGUMENT with everything that is wrong. */
    static PlainActorSpec checked(StartActorRequest request) {
        PlainActorSpec spec = request.getActor();
        List<String> errors = new ArrayList<>();
        if (!spec.getJob().isEmpty()) {
            errors.addAll(JobService.errors(request.getJob(), spec.getJob()));
        }
        if (!spec.getName().isEmpty()) {
            NameRules.wrong("an actor", spec.getName()).ifPresent(errors::add);
        }
        if (!spec.getNamespace().isEmpty()) {
            NameRules.wrong("a namespace", spec.getNamespace()).ifPresent(errors::add);
        }
        if (spec.getHostsGuests()) {
            errors.add("only the leader starts workers that actors share");
        }
        if (spec.getShareable()
                && (spec.getExclusive()
                        || spec.getRunsTasks()
                        || spec.getResources().getGpus() > 0
                        || spec.getResources().getMilliGpu() > 0)) {
            errors.add("what is shareable shares its worker, so it can neither be exclusive, run tasks, nor have GPUs");
        }
        if (!spec.getRunsTasks() && spec.getFactory().getKindCase() == ActorFunction.KindCase.KIND_NOT_SET) {
            errors.add("it has no constructor");
        }
        if (spec.getRunsTasks() && (spec.getJob().isEmpty() || spec.getDetached())) {
            errors.add("a worker of tasks belongs to a job");
        }
        NeededPlacement.check(errors, "", spec.getResources(), spec.getNodeChoice());
        NeededPlacement.checkGroup(errors, spec.getNodeChoice());
        checkLimits(errors, spec);
        int most = spec.getShareable() ? MAX_SHAREABLE_BYTES : MAX_BYTES;
        if (spec.getSerializedSize() > most) {
            errors.add("constructor and arguments have %d bytes, more than %d%s; pass large data in a call"
                    .formatted(spec.getSerializedSize(), most, spec.getShareable() ? " of what is shareable" : ""));
        }
        if (!errors.isEmpty()) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT,
                    "actor '" + label(spec) + "': " + String.join("; ", errors),
                    Map.of("actor", label(spec)));
        }
        return spec;
    }

    private static void checkLimits(List<String> errors, PlainActorSpec spec) {
        if (spec.getOpenTimeoutMillis() <= 0) {
            errors.add("startTimeout must be positive, not " + spec.getOpenTimeoutMillis() + " ms");
        }
        if (spec.getMaxPendingCalls() < 1 || spec.getMaxPendingCalls() > MOST_PENDING_CALLS) {
            errors.add("maxPendingCalls must be 1 to " + MOST_PENDING_CALLS + ", not " + spec.getMaxPendingCalls());
        }
        if (spec.getMaxRestarts() < 0 || spec.getMaxRestarts() > MOST_RESTARTS) {
            errors.add("restarts must be 0 to " + MOST_RESTARTS + ", not " + spec.getMaxRestarts());
        }
        if (spec.getMaxRestarts() > 0 && spec.getRestartWindowMillis() <= 0) {
            errors.add("restartWindow must be positive, not " + spec.getRestartWindowMillis() + " ms");
        }
        if (spec.getCallRetries() < 0 || spec.getCallRetries() > MOST_CALL_RETRIES) {
            errors.add("callRetries must be 0 to " + MOST_CALL_RETRIES + ", not " + spec.getCallRetries());
        }
        if (spec.getMaxConcurrency() < 0 || spec.getMaxConcurrency() > MOST_CONCURRENCY) {
            errors.add("maxConcurrency must be 1 to " + MOST_CONCURRENCY + ", not " + spec.getMaxConcurrency());
        }
        if (spec.getCheckpointCalls() < 0 || spec.getCheckpointIntervalMillis() < 0) {
            errors.add("checkpointEvery must be positive");
        }
    }

    /** What people call it. */
    static String label(PlainActorSpec spec) {
        if (!spec.getName().isEmpty()) {
            return spec.getName();
        }
        return spec.getClassLabel().isEmpty() ? "actor" : spec.getClassLabel();
    }
}
