package dev.orrery.head.reconcile;

import dev.orrery.head.proto.ActorRecord;
import dev.orrery.internal.proto.PipelinePolicy;
import dev.orrery.internal.proto.PlainActorSpec;
import java.time.Duration;

/**
 * How often an actor may crash and get a next life.
 *
 * @param most crashes within the window; one more ends it
 * @param whateverEndsIt whether a life that ended by no fault of its own is followed by another even if {@code most} is 0
 */
record RestartBudget(int most, Duration window, boolean whateverEndsIt) {

    static RestartBudget of(Records records, ActorRecord actor) {
        if (Lives.isPlain(actor)) {
            PlainActorSpec spec = actor.getSpec();
            return new RestartBudget(
                    spec.getMaxRestarts(), Duration.ofMillis(spec.getRestartWindowMillis()), spec.getMaxRestarts() > 0);
        }
        PipelinePolicy policy = records.pipeline(actor.getPipeline())
                .map(pipeline -> pipeline.getSpec().getPolicy())
                .orElse(PipelinePolicy.getDefaultInstance());
        return new RestartBudget(policy.getMaxRestarts(), Duration.ofMillis(policy.getRestartWindowMillis()), true);
    }

    boolean allows(int crashes) {
        return crashes <= most;
    }
}
