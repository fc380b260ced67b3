package dev.orrery.internal.task;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.client.ArtifactShipment;
import dev.orrery.internal.client.ClusterClient;
import dev.orrery.internal.client.PlacementMessages;
import dev.orrery.internal.proto.PlainActorSpec;
import dev.orrery.internal.proto.StartActorRequest;
import dev.orrery.internal.rpc.Protocol;
import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;

/** Asks the leader for workers of one shape, with the code that they need. Thread-safe. */
final class WorkerLease implements AutoCloseable {
    private static final Duration OPEN_TIMEOUT = Duration.ofMinutes(2);

    /** More than is ever sent ahead. */
    private static final int MOST_PENDING = 10 * LeaseRules.MOST_AHEAD;

    private static final String LABEL = "tasks";

    private final ClusterClient client;
    private final TaskShape shape;
    private final Queue<String> doubtful = new ConcurrentLinkedQueue<>();
    private Optional<ArtifactShipment> shipment = Optional.empty();
    private boolean closed;

    WorkerLease(ClusterClient client, TaskShape shape) {
        this.client = client;
        this.shape = shape;
    }

    /** Tells the id of the actor that the worker is; fails as the leader refuses it. */
    CompletableFuture<String> ask() {
        try {
            return CompletableFuture.supplyAsync(this::start, client.callbacks());
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(OrreryException.of(ErrorCode.CANCELLED, "the client was closed", e));
        }
    }

    private String start() {
        String operation = Optional.ofNullable(doubtful.poll())
                .orElseGet(() -> UUID.randomUUID().toString());
        try {
            return start(operation);
        } catch (OrreryException e) {
            if (e.code().retryable()) {
                // It may have been done: asked again, the leader tells of the same worker.
                doubtful.add(operation);
            }
            throw e;
        }
    }

    private String start(String operation) {
        ArtifactShipment code = code();
        client.job().begin();
        StartActorRequest request = StartActorRequest.newBuilder()
                .setOperation(operation)
                .setActor(PlainActorSpec.newBuilder()
                        .setRunsTasks(true)
                        .setNamespace(client.namespace())
                        .setClassLabel(LABEL)
                        .setResources(
                                PlacementMessages.resources(shape.milliCpus(), shape.milliGpus(), shape.placement()))
                        .setNodeChoice(PlacementMessages.nodeChoice(shape.placement()))
                        .setOpenTimeoutMillis(OPEN_TIMEOUT.toMillis())
                        .setMaxPendingCalls(MOST_PENDING)
                        .addAllArtifacts(code.refs())
                        .setJob(client.job().id()))
                .setJob(client.job().describe())
                .build();
        return code.upload(
                        client,
                        client::callTimeout,
                        () -> client.call(Protocol.START_ACTOR, request, client.callTimeout()))
                .getActor();
    }

    /** Packed once. */
    private synchronized ArtifactShipment code() {
        if (shipment.isEmpty()) {
            shipment = Optional.of(ArtifactShipment.ofOrigins(shape.origins(), shape.declared(), client.artifacts()));
        }
        if (closed) {
            close();
        }
        return shipment.get();
    }

    /** Idempotent. */
    @Override
    public synchronized void close() {
        closed = true;
        shipment.ifPresent(ArtifactShipment::close);
    }
}
