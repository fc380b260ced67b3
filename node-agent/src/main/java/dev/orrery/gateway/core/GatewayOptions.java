package dev.orrery.gateway.core;

import dev.orrery.internal.proto.PipelinePolicy;
import java.time.Duration;
import java.util.List;

/**
 * What a gateway is told once.
 *
 * @param stages in the order of the pipeline
 * @param queueCapacity accepted requests that may wait for a path
 * @param heldBytes of all requests that are accepted and not answered yet
 */
public record GatewayOptions(
        Life gateway,
        String pipeline,
        List<String> stages,
        int queueCapacity,
        long heldBytes,
        int maxAttempts,
        Duration defaultDeadline,
        Duration drainDeadline,
        Memory memory) {

    public static final long DEFAULT_HELD_BYTES = 256L << 20;

    /** How many outcomes are remembered for clients that ask again, and for how long after the request's deadline. */
    public record Memory(int outcomes, long bytes, Duration afterDeadline) {
        public static final Memory DEFAULT = new Memory(8_192, 64L << 20, Duration.ofSeconds(10));
    }

    public GatewayOptions {
        stages = List.copyOf(stages);
        if (stages.isEmpty()) {
            throw new IllegalArgumentException("pipeline " + pipeline + " has no stages");
        }
    }

    /** What the policy leaves open is the documented default. */
    public static GatewayOptions of(Life gateway, String pipeline, List<String> stages, PipelinePolicy policy) {
        return new GatewayOptions(
                gateway,
                pipeline,
                stages,
                policy.getQueueCapacity() > 0 ? policy.getQueueCapacity() : 1_024,
                DEFAULT_HELD_BYTES,
                policy.getMaxAttempts() > 0 ? policy.getMaxAttempts() : 5,
                millisOr(policy.getDefaultDeadlineMillis(), Duration.ofSeconds(30)),
                millisOr(policy.getDrainDeadlineMillis(), Duration.ofSeconds(30)),
                Memory.DEFAULT);
    }

    private static Duration millisOr(long millis, Duration otherwise) {
        return millis > 0 ? Duration.ofMillis(millis) : otherwise;
    }
}
