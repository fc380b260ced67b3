package dev.orrery.internal.task;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.client.ClusterClient;
import dev.orrery.internal.proto.RetireWorkerRequest;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.serial.StoredValues;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * A worker that has nothing to do is given back: what it keeps comes here first, and it stays, without its CPUs, as long as others need what
 * it owns itself, or still keeps. Does not block.
 */
final class WorkerReturn {
    /** It is asked again then. */
    private static final Duration RETIREMENT_TURN = Duration.ofSeconds(30);

    private final ClusterClient client;
    private final TaskWorker worker;

    private WorkerReturn(ClusterClient client, TaskWorker worker) {
        this.client = client;
        this.worker = worker;
    }

    static void begin(ClusterClient client, TaskWorker worker) {
        WorkerReturn giving = new WorkerReturn(client, worker);
        CompletableFuture.allOf(worker.kept().stream()
                        .map(value -> client.exchange().bring("a result", value))
                        .toArray(CompletableFuture<?>[]::new))
                // What could not be brought, for want of room, the worker keeps.
                .whenComplete((none, failure) -> giving.retire());
    }

    private void retire() {
        RetireWorkerRequest request = RetireWorkerRequest.newBuilder()
                .setSaysKept(true)
                .addAllKept(worker.kept().stream()
                        .map(value -> StoredValues.name(value.message().getStored()))
                        .toList())
                .build();
        worker.connection()
                .call(Protocol.RETIRE_WORKER, request, RETIREMENT_TURN)
                .whenComplete((answer, failure) -> {
                    if (failure != null && isLate(ErrorCodec.unwrap(failure))) {
                        retire();
                    } else {
                        end();
                    }
                });
    }

    private static boolean isLate(Throwable failure) {
        return failure instanceof OrreryException known && known.code() == ErrorCode.DEADLINE_EXCEEDED;
    }

    private void end() {
        worker.connection().close();
        WorkerStart.end(client, worker.life().getActor());
    }
}
