package dev.orrery.examples.chaos.load;

import dev.orrery.PipelineRef;
import dev.orrery.error.OrreryException;
import dev.orrery.examples.chaos.history.Operation;
import dev.orrery.tensor.Tensors;
import java.time.Duration;

/** Sends requests to a pipeline. */
final class RequestLoad {
    private final String client;
    private final PipelineRef pipeline;
    private final Duration deadline;
    private final OpenOperations operations;

    RequestLoad(String client, PipelineRef pipeline, Duration deadline, OpenOperations operations) {
        this.client = client;
        this.pipeline = pipeline;
        this.deadline = deadline;
        this.operations = operations;
    }

    void send() {
        long number = operations.begin(Operation.Kind.REQUEST, pipeline.name(), deadline);
        try (Tensors request = Tensors.of(MixStage.TEXT, ChaosPipelines.question(client, number))) {
            pipeline.infer(request, deadline).whenComplete((answer, failure) -> {
                if (failure != null) {
                    operations.failed(number, failure);
                    return;
                }
                try (answer) {
                    operations.answered(
                            number, answer.get(MixStage.TEXT).toStrings().get(0));
                }
            });
        } catch (OrreryException e) {
            operations.failed(number, e);
        }
    }
}
