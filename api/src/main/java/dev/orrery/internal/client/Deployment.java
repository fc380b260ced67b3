package dev.orrery.internal.client;

import dev.orrery.Pipeline;
import dev.orrery.PipelineRef;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.NotFoundException;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.DeployRequest;
import dev.orrery.internal.proto.PipelineView;
import dev.orrery.internal.proto.UndeployRequest;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.time.NanoClock;
import dev.orrery.internal.time.UserDurations;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings pipelines up, and gives out references to them. */
public final class Deployment {
    private static final Logger LOG = LoggerFactory.getLogger(Deployment.class);
    private static final long POLL_MILLIS = 50;

    /** How long placement may fail before a deployment is given up: nodes may be about to join. */
    private static final Duration PLACEMENT_PATIENCE = Duration.ofSeconds(3);

    private static final Duration CLEAN_UP_TIMEOUT = Duration.ofSeconds(60);

    /** A call gets so long even at the end of a wait, so that the wait's own error, which tells more, is the outcome. */
    private static final Duration SHORTEST_CALL = Duration.ofSeconds(1);

    private final ClusterClient client;
    private final Duration callTimeout;
    private final NanoClock clock;

    public Deployment(ClusterClient client, Duration callTimeout) {
        this(client, callTimeout, NanoClock.SYSTEM);
    }

    Deployment(ClusterClient client, Duration callTimeout, NanoClock clock) {
        this.client = client;
        this.callTimeout = callTimeout;
        this.clock = clock;
    }

    Duration callTimeout() {
        return callTimeout;
    }

    /** For a call within a wait that lasts {@code left} at most. */
    Duration callTimeout(Duration left) {
        Duration enough = left.compareTo(SHORTEST_CALL) < 0 ? SHORTEST_CALL : left;
        return enough.compareTo(callTimeout) < 0 ? enough : callTimeout;
    }

    private Duration callTimeout(long endNanos) {
        return callTimeout(Duration.ofNanos(endNanos - clock.nanoTime()));
    }

    /** @param gatewayTimeout for a request without a deadline to find a gateway: the pipeline's own is not known here */
    public PipelineRef pipeline(String name, Duration gatewayTimeout) {
        return new DeployedPipeline(name, client, this, Patience.untilTheGatewaySays(gatewayTimeout));
    }

    public PipelineRef deploy(Pipeline pipeline, Duration timeout) {
        long end = clock.nanoTime() + UserDurations.checked("timeout", timeout).toNanos();
        try (ArtifactShipment shipment = ArtifactShipment.of(pipeline, client.artifacts())) {
            DeployRequest request = DeployRequest.newBuilder()
                    .setOperation(UUID.randomUUID().toString())
                    .setPipeline(PipelineMessages.toMessage(pipeline, shipment.refs()))
                    .build();
            shipment.upload(
                    client, () -> callTimeout(end), () -> client.call(Protocol.DEPLOY, request, callTimeout(end)));
        }
        try {
            await(pipeline.name(), "to be RUNNING", timeout, end, Deployment::isUp);
        } catch (OrreryException e) {
            takeAway(pipeline.name(), e);
            throw e;
        }
        return new DeployedPipeline(
                pipeline.name(), client, this, Patience.of(pipeline.policy().requestDeadline()));
    }

    private static boolean isUp(PipelineView view) {
        return view.getState().equals("RUNNING");
    }

    private void takeAway(String pipeline, OrreryException why) {
        try {
            undeploy(pipeline, CLEAN_UP_TIMEOUT);
        } catch (OrreryException e) {
            why.addSuppressed(e);
        }
    }

    void undeploy(String pipeline, Duration timeout) {
        try {
            client.call(
                    Protocol.UNDEPLOY,
                    UndeployRequest.newBuilder()
                            .setOperation(UUID.randomUUID().toString())
                            .setPipeline(pipeline)
                            .build(),
                    callTimeout(timeout));
        } catch (NotFoundException e) {
            if (!LeaderCall.wasRepeated(e)) {
                throw e;
            }
            LOG.info("pipeline {} is gone already: the first answer was lost", pipeline);
        }
        awaitGone(pipeline, timeout);
        client.forget(pipeline);
    }

    private void awaitGone(String pipeline, Duration timeout) {
        long end = clock.nanoTime() + timeout.toNanos();
        PipelineView view;
        do {
            try {
                view = client.describePipeline(pipeline, callTimeout(end));
            } catch (NotFoundException e) {
                return;
            }
            if (view.getState().equals("STOPPED")) {
                return;
            }
            pause(pipeline);
        } while (end - clock.nanoTime() > 0);
        throw OrreryException.of(
                ErrorCode.DEADLINE_EXCEEDED,
                "waited " + timeout.toMillis() + " ms for the workers of pipeline " + pipeline + " to end; it is "
                        + view.getState() + ": " + PipelineMessages.summary(view));
    }

    /** Waits for a state of the pipeline; throws why it will not come. */
    void await(String pipeline, String what, Duration timeout, Predicate<PipelineView> reached) {
        await(pipeline, what, timeout, clock.nanoTime() + timeout.toNanos(), reached);
    }

    private void await(String pipeline, String what, Duration timeout, long endNanos, Predicate<PipelineView> reached) {
        OptionalLong misfitSince = OptionalLong.empty();
        PipelineView view;
        do {
            view = client.describePipeline(pipeline, callTimeout(endNanos));
            if (reached.test(view)) {
                return;
            }
            if (view.getState().equals("FAILED")) {
                throw failed(pipeline, view);
            }
            long now = clock.nanoTime();
            boolean misfit = view.getFailure().getKind().equals(ErrorCode.DOES_NOT_FIT.name());
            misfitSince = misfit ? OptionalLong.of(misfitSince.orElse(now)) : OptionalLong.empty();
            if (misfit && now - misfitSince.getAsLong() > PLACEMENT_PATIENCE.toNanos()) {
                throw OrreryException.of(
                        ErrorCode.DOES_NOT_FIT, view.getFailure().getMessage(), Map.of("pipeline", pipeline));
            }
            pause(pipeline);
        } while (endNanos - clock.nanoTime() > 0);
        throw OrreryException.of(
                ErrorCode.DEADLINE_EXCEEDED,
                "waited " + timeout.toMillis() + " ms for pipeline " + pipeline + " " + what + "; it is "
                        + view.getState() + ": " + PipelineMessages.summary(view));
    }

    private static OrreryException failed(String pipeline, PipelineView view) {
        Optional<Failure> failure =
                view.hasFailure() ? Optional.of(ErrorCodec.fromMessage(view.getFailure())) : Optional.empty();
        return OrreryException.of(
                ErrorCode.START_FAILED, "pipeline " + pipeline + " FAILED", Map.of("pipeline", pipeline), failure);
    }

    private static void pause(String pipeline) {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw OrreryException.of(ErrorCode.CANCELLED, "interrupted while waiting for pipeline " + pipeline, e);
        }
    }
}
