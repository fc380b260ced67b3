package dev.orrery.head.control;

import dev.orrery.head.service.CheckpointService;
import dev.orrery.head.view.JobWorkerViews;
import dev.orrery.internal.proto.ArtifactRef;
import dev.orrery.internal.proto.MissingArtifactsRequest;
import dev.orrery.internal.proto.MissingArtifactsResponse;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcHandlers;
import java.util.concurrent.CompletableFuture;

/** The methods of the protocol that the leader serves. */
final class ControlHandlers {
    private ControlHandlers() {}

    static RpcHandlers of(ControlPlane control, ArtifactCalls artifacts) {
        return RpcHandlers.builder()
                .on(Protocol.DEPLOY, (connection, request) -> control.deploy(request))
                .on(Protocol.SCALE, (connection, request) -> control.scale(request))
                .on(Protocol.UNDEPLOY, (connection, request) -> control.undeploy(request))
                .on(Protocol.START_ACTOR, (connection, request) -> control.startActor(request))
                .on(Protocol.KILL_ACTOR, (connection, request) -> control.killActor(request))
                .on(Protocol.DESCRIBE_ACTOR, (connection, request) -> control.describeActor(request))
                .on(
                        Protocol.SAVE_CHECKPOINT,
                        (connection, request) -> control.mutate(
                                "save a checkpoint of actor "
                                        + request.getLife().getActor(),
                                draft -> CheckpointService.save(draft, request)))
                .on(
                        Protocol.LOAD_CHECKPOINT,
                        (connection, request) -> control.ask(leading ->
                                CheckpointService.load(leading.state().records(), request)))
                .on(Protocol.RENEW_JOB, (connection, request) -> control.renewJob(request))
                .on(Protocol.END_JOB, (connection, request) -> control.endJob(request))
                .on(
                        Protocol.DESCRIBE_JOB_WORKERS,
                        (connection, request) ->
                                control.ask(leading -> JobWorkerViews.of(leading.state(), request.getJob())))
                .on(Protocol.READ_LOGS, (connection, request) -> control.ask(leading -> leading.readLogs(request))
                        .thenCompose(answer -> answer))
                .on(
                        Protocol.CREATE_PLACEMENT_GROUP,
                        (connection, request) -> PlacementGroupCalls.create(control, request))
                .on(
                        Protocol.RESIZE_PLACEMENT_GROUP,
                        (connection, request) -> PlacementGroupCalls.resize(control, request))
                .on(
                        Protocol.REMOVE_PLACEMENT_GROUP,
                        (connection, request) -> PlacementGroupCalls.remove(control, request))
                .on(
                        Protocol.DESCRIBE_PLACEMENT_GROUP,
                        (connection, request) -> PlacementGroupCalls.describe(control, request))
                .on(Protocol.FORM_WORLD, (connection, request) -> control.formWorld(request))
                .on(Protocol.CLOSE_WORLD, (connection, request) -> control.closeWorld(request))
                .on(Protocol.DESCRIBE_WORLD, (connection, request) -> control.describeWorld(request))
                .on(Protocol.DESCRIBE_PIPELINE, (connection, request) -> control.describePipeline(request))
                .on(Protocol.DESCRIBE_CLUSTER, (connection, request) -> control.describeCluster())
                .on(Protocol.DRAIN_NODE, (connection, request) -> control.drainNode(request))
                .on(Protocol.UNDRAIN_NODE, (connection, request) -> control.undrainNode(request))
                .on(Protocol.REGISTER_NODE, control::registerNode)
                .on(Protocol.REPORT_NODE, (connection, request) -> control.reportNode(request))
                .on(Protocol.RENEW_LEASE, (connection, request) -> control.renewLease(request))
                .on(Protocol.MISSING_ARTIFACTS, (connection, request) -> missing(control, artifacts, request))
                // Artifacts lie on the leader's disk: a standby that took one would hide it from the agents.
                .on(Protocol.PUT_ARTIFACT, (connection, request) -> control.ask(leading -> request)
                        .thenCompose(artifacts::put))
                .on(Protocol.GET_ARTIFACT, (connection, request) -> control.ask(leading -> request)
                        .thenCompose(artifacts::get))
                .build();
    }

    private static CompletableFuture<MissingArtifactsResponse> missing(
            ControlPlane control, ArtifactCalls artifacts, MissingArtifactsRequest request) {
        return control.ask(leading -> MissingArtifactsResponse.newBuilder()
                .addAllSha256(artifacts.missing(request.getArtifactsList()).stream()
                        .map(ArtifactRef::getSha256)
                        .toList())
                .build());
    }
}
