package dev.orrery.internal.client;

import dev.orrery.PipelineRef;
import dev.orrery.PipelineStatus;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.InferResponse;
import dev.orrery.internal.proto.PipelineView;
import dev.orrery.internal.proto.ScaleRequest;
import dev.orrery.internal.proto.ScaleResponse;
import dev.orrery.internal.proto.TensorData;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.tensor.TensorCodec;
import dev.orrery.internal.time.UserDurations;
import dev.orrery.tensor.Tensors;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;

/** What users hold of a pipeline. */
final class DeployedPipeline implements PipelineRef {
    private static final Duration SCALE_TIMEOUT = Duration.ofMinutes(2);
    private static final Duration UNDEPLOY_TIMEOUT = Duration.ofMinutes(1);

    private final String name;
    private final ClusterClient client;
    private final Deployment deployment;
    private final Patience patience;

    /** @param patience with requests that have no deadline */
    DeployedPipeline(String name, ClusterClient client, Deployment deployment, Patience patience) {
        this.name = name;
        this.client = client;
        this.deployment = deployment;
        this.patience = patience;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public CompletableFuture<Tensors> infer(Tensors request) {
        return infer(request, Optional.empty(), patience);
    }

    @Override
    public CompletableFuture<Tensors> infer(Tensors request, Duration deadline) {
        UserDurations.checked("deadline", deadline);
        return infer(request, Optional.of(deadline), Patience.of(deadline));
    }

    private CompletableFuture<Tensors> infer(Tensors request, Optional<Duration> deadline, Patience given) {
        List<TensorData> tensors = TensorCodec.toMessages(request);
        CompletableFuture<InferResponse> call = client.gateway(name).infer(tensors, deadline, given);
        CompletableFuture<Tensors> answer = new CompletableFuture<>();
        call.whenComplete((response, failure) -> deliver(answer, response, failure));
        answer.whenComplete((tensor, failure) -> {
            if (answer.isCancelled()) {
                call.cancel(true);
            }
        });
        return answer;
    }

    private void deliver(CompletableFuture<Tensors> answer, InferResponse response, Throwable failure) {
        Runnable completion = () -> {
            if (failure != null) {
                answer.completeExceptionally(ErrorCodec.unwrap(failure));
                return;
            }
            try {
                Tensors tensors = TensorCodec.fromMessages(response.getTensorsList(), Long.MAX_VALUE);
                if (!answer.complete(tensors)) {
                    tensors.close();
                }
            } catch (OrreryException e) {
                answer.completeExceptionally(e);
            }
        };
        try {
            client.callbacks().execute(completion);
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(OrreryException.of(ErrorCode.CANCELLED, "the client was closed", e));
        }
    }

    @Override
    public void scale(String stage, int replicas) {
        scale(stage, replicas, SCALE_TIMEOUT);
    }

    @Override
    public void scale(String stage, int replicas, Duration timeout) {
        UserDurations.checked("timeout", timeout);
        ScaleResponse asked = client.call(
                Protocol.SCALE,
                ScaleRequest.newBuilder()
                        .setOperation(UUID.randomUUID().toString())
                        .setPipeline(name)
                        .setStage(stage)
                        .setReplicas(replicas)
                        .build(),
                deployment.callTimeout(timeout));
        deployment.await(
                name,
                "to have " + replicas + " replicas of " + stage,
                timeout,
                view -> view.getGeneration() >= asked.getGeneration() && isScaled(view, stage, replicas));
    }

    private static boolean isScaled(PipelineView view, String stage, int replicas) {
        return view.getStagesList().stream()
                .filter(candidate -> candidate.getName().equals(stage))
                // Another number: somebody has asked for it since, and this one will not come.
                .anyMatch(candidate -> candidate.getWanted() != replicas
                        || (view.getState().equals("RUNNING")
                                && candidate.getServing() == replicas
                                && candidate.getReplicasCount() == replicas));
    }

    @Override
    public PipelineStatus status() {
        return PipelineMessages.status(client.describePipeline(name, deployment.callTimeout()));
    }

    @Override
    public void undeploy() {
        deployment.undeploy(name, UNDEPLOY_TIMEOUT);
    }
}
