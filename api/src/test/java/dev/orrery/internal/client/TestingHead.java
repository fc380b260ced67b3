package dev.orrery.internal.client;

import com.google.protobuf.MessageLite;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ArtifactRef;
import dev.orrery.internal.proto.DeployRequest;
import dev.orrery.internal.proto.DeployResponse;
import dev.orrery.internal.proto.GatewayView;
import dev.orrery.internal.proto.MissingArtifactsResponse;
import dev.orrery.internal.proto.PipelineView;
import dev.orrery.internal.proto.PutArtifactRequest;
import dev.orrery.internal.proto.PutArtifactResponse;
import dev.orrery.internal.proto.ScaleRequest;
import dev.orrery.internal.proto.ScaleResponse;
import dev.orrery.internal.proto.UndeployRequest;
import dev.orrery.internal.proto.UndeployResponse;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcHandlers;
import dev.orrery.internal.rpc.RpcServer;
import dev.orrery.testing.TestingRpc;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A leader that says of its one pipeline what a test scripts, and remembers what it was asked. */
final class TestingHead {
    static final String PIPELINE = "embed";
    static final long GENERATION = 7;

    final List<DeployRequest> deployed = new CopyOnWriteArrayList<>();
    final List<ScaleRequest> scaled = new CopyOnWriteArrayList<>();
    final List<UndeployRequest> undeployed = new CopyOnWriteArrayList<>();
    final List<PutArtifactRequest> put = new CopyOnWriteArrayList<>();
    final Map<String, ByteArrayOutputStream> artifacts = new ConcurrentHashMap<>();
    final Set<String> known = ConcurrentHashMap.newKeySet();
    private final Queue<Supplier<CompletableFuture<PipelineView>>> next = new ConcurrentLinkedQueue<>();
    private final RpcServer server;
    volatile Supplier<CompletableFuture<PipelineView>> afterwards = TestingHead::unknown;
    /** As another head would that takes over then. */
    volatile int forgetsBeforeChunk = -1;

    volatile Consumer<DeployRequest> onDeploy = request -> {};
    volatile Consumer<UndeployRequest> onUndeploy = request -> {};

    TestingHead(TestingRpc rpc) {
        server = rpc.serve(RpcHandlers.builder()
                .on(Protocol.DESCRIBE_PIPELINE, (connection, request) -> describe())
                .on(Protocol.DEPLOY, (connection, request) -> {
                    onDeploy.accept(request);
                    deployed.add(request);
                    return done(DeployResponse.newBuilder()
                            .setGeneration(GENERATION)
                            .build());
                })
                .on(Protocol.SCALE, (connection, request) -> {
                    scaled.add(request);
                    return done(
                            ScaleResponse.newBuilder().setGeneration(GENERATION).build());
                })
                .on(Protocol.UNDEPLOY, (connection, request) -> {
                    undeployed.add(request);
                    onUndeploy.accept(request);
                    return done(UndeployResponse.getDefaultInstance());
                })
                .on(
                        Protocol.MISSING_ARTIFACTS,
                        (connection, request) -> done(MissingArtifactsResponse.newBuilder()
                                .addAllSha256(request.getArtifactsList().stream()
                                        .map(ArtifactRef::getSha256)
                                        .filter(sha256 -> !known.contains(sha256))
                                        .toList())
                                .build()))
                .on(Protocol.PUT_ARTIFACT, (connection, request) -> done(take(request)))
                .build());
    }

    HostPort address() {
        return server.address();
    }

    void stop() {
        server.close();
    }

    private CompletableFuture<PipelineView> describe() {
        Supplier<CompletableFuture<PipelineView>> scripted = next.poll();
        return (scripted == null ? afterwards : scripted).get();
    }

    private PutArtifactResponse take(PutArtifactRequest chunk) {
        put.add(chunk);
        if (put.size() == forgetsBeforeChunk) {
            artifacts.clear();
        }
        ByteArrayOutputStream bytes =
                artifacts.computeIfAbsent(chunk.getArtifact().getSha256(), sha256 -> new ByteArrayOutputStream());
        if (chunk.getOffset() != bytes.size()) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT, "not these bytes", Map.of("offset", Integer.toString(bytes.size())));
        }
        bytes.writeBytes(chunk.getData().toByteArray());
        return PutArtifactResponse.newBuilder()
                .setComplete(bytes.size() == chunk.getArtifact().getSize())
                .build();
    }

    /** The next answer to DESCRIBE_PIPELINE. */
    TestingHead says(Supplier<CompletableFuture<PipelineView>> answer) {
        next.add(answer);
        return this;
    }

    TestingHead says(PipelineView view) {
        return says(() -> done(view));
    }

    /** From then on. */
    void finallySays(PipelineView view) {
        afterwards = () -> done(view);
    }

    static CompletableFuture<PipelineView> unknown() {
        return CompletableFuture.failedFuture(
                OrreryException.of(ErrorCode.NOT_FOUND, "there is no pipeline " + PIPELINE));
    }

    static PipelineView.Builder view(String state) {
        return PipelineView.newBuilder().setName(PIPELINE).setState(state).setGeneration(GENERATION);
    }

    static PipelineView withGateway(String actor, HostPort address) {
        return view("RUNNING")
                .addGateways(GatewayView.newBuilder()
                        .setLife(ActorLife.newBuilder().setActor(actor).setIncarnation(1))
                        .setRpcAddress(address.toMessage()))
                .build();
    }

    private static <M extends MessageLite> CompletableFuture<M> done(M message) {
        return CompletableFuture.completedFuture(message);
    }
}
