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
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/** Brings pipelines up, and gives out references to them. */
public final class Deployment {
    private static final long POLL_MILLIS = 25;

    /** How long placement may fail before a deployment is given up: nodes may be about to join. */
    private static final Duration PLACEMENT_PATIENCE = Duration.ofSeconds(3);

    private static final Duration CLEAN_UP_TIMEOUT = Duration.ofSeconds(60);

    private final ClusterClient client;
    private final Duration callTimeout;

    public Deployment(ClusterClient client, Duration callTimeout) {
        this.client = client;
        this.callTimeout = callTimeout;
    }

    public PipelineRef pipeline(String name) {
        return new DeployedPipeline(name, client, this);
    }

    public PipelineRef deploy(Pipeline pipeline, Duration timeout) {
        try (ArtifactShipment shipment = ArtifactShipment.of(pipeline)) {
            shipment.upload(client, callTimeout);
            DeployRequest request = DeployRequest.newBuilder()
                    .setOperation(UUID.randomUUID().toString())
                    .setPipeline(PipelineMessages.toMessage(pipeline, shipment.refs()))
                    .build();
            client.call(Protocol.DEPLOY, request, callTimeout);
        }
        try {
            await(pipeline.name(), "to be RUNNING", timeout, Deployment::isUp);
        } catch (OrreryException e) {
            takeAway(pipeline.name(), e);
            throw e;
        }
        return pipeline(pipeline.name());
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
        client.call(
                Protocol.UNDEPLOY,
                UndeployRequest.newBuilder()
                        .setOperation(UUID.randomUUID().toString())
                        .setPipeline(pipeline)
                        .build(),
                callTimeout);
        awaitGone(pipeline, timeout);
        client.forget(pipeline);
    }

    private void awaitGone(String pipeline, Duration timeout) {
        long end = System.nanoTime() + timeout.toNanos();
        while (System.nanoTime() < end) {
            try {
                client.describePipeline(pipeline, callTimeout);
            } catch (NotFoundException e) {
                return;
            }
            pause(pipeline);
        }
        throw OrreryException.of(
                ErrorCode.DEADLINE_EXCEEDED,
                "waited " + timeout.toMillis() + " ms for the workers of pipeline " + pipeline + " to end");
    }

    /** Waits for a state of the pipeline; throws why it will not come. */
    PipelineView await(String pipeline, String what, Duration timeout, Function<PipelineView, Boolean> reached) {
        long start = System.nanoTime();
        long misfitSince = Long.MAX_VALUE;
        PipelineView view;
        do {
            view = client.describePipeline(pipeline, callTimeout);
            if (reached.apply(view)) {
                return view;
            }
            if (view.getState().equals("FAILED")) {
                throw failed(pipeline, view);
            }
            long now = System.nanoTime();
            boolean misfit = view.getFailure().getKind().equals(ErrorCode.DOES_NOT_FIT.name());
            misfitSince = misfit ? Math.min(misfitSince, now) : Long.MAX_VALUE;
            if (misfit && now - misfitSince > PLACEMENT_PATIENCE.toNanos()) {
                throw OrreryException.of(
                        ErrorCode.DOES_NOT_FIT, view.getFailure().getMessage(), Map.of("pipeline", pipeline));
            }
            pause(pipeline);
        } while (System.nanoTime() - start < timeout.toNanos());
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
