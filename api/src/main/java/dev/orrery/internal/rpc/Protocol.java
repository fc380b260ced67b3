package dev.orrery.internal.rpc;

import dev.orrery.internal.proto.ActorCallRequest;
import dev.orrery.internal.proto.ActorCallResponse;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.Assignment;
import dev.orrery.internal.proto.BindWorker;
import dev.orrery.internal.proto.CancelAttempt;
import dev.orrery.internal.proto.CloseWorldRequest;
import dev.orrery.internal.proto.CloseWorldResponse;
import dev.orrery.internal.proto.ClusterView;
import dev.orrery.internal.proto.CreatePlacementGroupRequest;
import dev.orrery.internal.proto.CreatePlacementGroupResponse;
import dev.orrery.internal.proto.DeployRequest;
import dev.orrery.internal.proto.DeployResponse;
import dev.orrery.internal.proto.DescribeActorRequest;
import dev.orrery.internal.proto.DescribeClusterRequest;
import dev.orrery.internal.proto.DescribeJobWorkersRequest;
import dev.orrery.internal.proto.DescribePipelineRequest;
import dev.orrery.internal.proto.DescribePlacementGroupRequest;
import dev.orrery.internal.proto.DescribeWorldRequest;
import dev.orrery.internal.proto.DesiredSet;
import dev.orrery.internal.proto.DesiredSetAck;
import dev.orrery.internal.proto.DrainNodeRequest;
import dev.orrery.internal.proto.DrainNodeResponse;
import dev.orrery.internal.proto.EndJobRequest;
import dev.orrery.internal.proto.EndJobResponse;
import dev.orrery.internal.proto.FetchPieceRequest;
import dev.orrery.internal.proto.FetchPieceResponse;
import dev.orrery.internal.proto.FormWorldRequest;
import dev.orrery.internal.proto.FormWorldResponse;
import dev.orrery.internal.proto.GatewayStatus;
import dev.orrery.internal.proto.GatewayStatusRequest;
import dev.orrery.internal.proto.GetArtifactRequest;
import dev.orrery.internal.proto.GetArtifactResponse;
import dev.orrery.internal.proto.InferRequest;
import dev.orrery.internal.proto.InferResponse;
import dev.orrery.internal.proto.JobWorkers;
import dev.orrery.internal.proto.KillActorRequest;
import dev.orrery.internal.proto.KillActorResponse;
import dev.orrery.internal.proto.LoadCheckpointRequest;
import dev.orrery.internal.proto.LoadCheckpointResponse;
import dev.orrery.internal.proto.MissingArtifactsRequest;
import dev.orrery.internal.proto.MissingArtifactsResponse;
import dev.orrery.internal.proto.NodeHello;
import dev.orrery.internal.proto.NodeReport;
import dev.orrery.internal.proto.NodeReportAck;
import dev.orrery.internal.proto.NodeWelcome;
import dev.orrery.internal.proto.ObjectCopied;
import dev.orrery.internal.proto.ObjectForgotten;
import dev.orrery.internal.proto.OpenObjectRequest;
import dev.orrery.internal.proto.OpenObjectResponse;
import dev.orrery.internal.proto.PipelineView;
import dev.orrery.internal.proto.PlacementGroupView;
import dev.orrery.internal.proto.PutArtifactRequest;
import dev.orrery.internal.proto.PutArtifactResponse;
import dev.orrery.internal.proto.ReadLogsRequest;
import dev.orrery.internal.proto.ReadLogsResponse;
import dev.orrery.internal.proto.ReleaseResults;
import dev.orrery.internal.proto.RemovePlacementGroupRequest;
import dev.orrery.internal.proto.RemovePlacementGroupResponse;
import dev.orrery.internal.proto.RenewJobRequest;
import dev.orrery.internal.proto.RenewJobResponse;
import dev.orrery.internal.proto.RenewLeaseRequest;
import dev.orrery.internal.proto.RenewLeaseResponse;
import dev.orrery.internal.proto.ReplicaAttach;
import dev.orrery.internal.proto.ReplicaAttached;
import dev.orrery.internal.proto.ReplicaNotice;
import dev.orrery.internal.proto.ResizePlacementGroupRequest;
import dev.orrery.internal.proto.ResizePlacementGroupResponse;
import dev.orrery.internal.proto.SaveCheckpointRequest;
import dev.orrery.internal.proto.SaveCheckpointResponse;
import dev.orrery.internal.proto.ScaleRequest;
import dev.orrery.internal.proto.ScaleResponse;
import dev.orrery.internal.proto.StartActorRequest;
import dev.orrery.internal.proto.StartActorResponse;
import dev.orrery.internal.proto.StopWorker;
import dev.orrery.internal.proto.UndeployRequest;
import dev.orrery.internal.proto.UndeployResponse;
import dev.orrery.internal.proto.UndrainNodeRequest;
import dev.orrery.internal.proto.UndrainNodeResponse;
import dev.orrery.internal.proto.WithdrawTasks;
import dev.orrery.internal.proto.WorkerHello;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerWelcome;
import dev.orrery.internal.proto.WorldView;

/** Every method and notice that Orrery's processes exchange, by who serves it. */
public final class Protocol {
    // Served by the leader, for drivers.
    public static final RpcMethod<DeployRequest, DeployResponse> DEPLOY =
            new RpcMethod<>("Deploy", DeployRequest.parser(), DeployResponse.parser());
    public static final RpcMethod<ScaleRequest, ScaleResponse> SCALE =
            new RpcMethod<>("Scale", ScaleRequest.parser(), ScaleResponse.parser());
    public static final RpcMethod<UndeployRequest, UndeployResponse> UNDEPLOY =
            new RpcMethod<>("Undeploy", UndeployRequest.parser(), UndeployResponse.parser());
    public static final RpcMethod<DescribePipelineRequest, PipelineView> DESCRIBE_PIPELINE =
            new RpcMethod<>("DescribePipeline", DescribePipelineRequest.parser(), PipelineView.parser());
    public static final RpcMethod<DescribeClusterRequest, ClusterView> DESCRIBE_CLUSTER =
            new RpcMethod<>("DescribeCluster", DescribeClusterRequest.parser(), ClusterView.parser());
    public static final RpcMethod<StartActorRequest, StartActorResponse> START_ACTOR =
            new RpcMethod<>("StartActor", StartActorRequest.parser(), StartActorResponse.parser());
    public static final RpcMethod<KillActorRequest, KillActorResponse> KILL_ACTOR =
            new RpcMethod<>("KillActor", KillActorRequest.parser(), KillActorResponse.parser());
    public static final RpcMethod<DescribeActorRequest, ActorView> DESCRIBE_ACTOR =
            new RpcMethod<>("DescribeActor", DescribeActorRequest.parser(), ActorView.parser());
    public static final RpcMethod<RenewJobRequest, RenewJobResponse> RENEW_JOB =
            new RpcMethod<>("RenewJob", RenewJobRequest.parser(), RenewJobResponse.parser());
    public static final RpcMethod<EndJobRequest, EndJobResponse> END_JOB =
            new RpcMethod<>("EndJob", EndJobRequest.parser(), EndJobResponse.parser());
    public static final RpcMethod<DescribeJobWorkersRequest, JobWorkers> DESCRIBE_JOB_WORKERS =
            new RpcMethod<>("DescribeJobWorkers", DescribeJobWorkersRequest.parser(), JobWorkers.parser());
    public static final RpcMethod<FormWorldRequest, FormWorldResponse> FORM_WORLD =
            new RpcMethod<>("FormWorld", FormWorldRequest.parser(), FormWorldResponse.parser());
    public static final RpcMethod<CloseWorldRequest, CloseWorldResponse> CLOSE_WORLD =
            new RpcMethod<>("CloseWorld", CloseWorldRequest.parser(), CloseWorldResponse.parser());
    public static final RpcMethod<DescribeWorldRequest, WorldView> DESCRIBE_WORLD =
            new RpcMethod<>("DescribeWorld", DescribeWorldRequest.parser(), WorldView.parser());
    public static final RpcMethod<CreatePlacementGroupRequest, CreatePlacementGroupResponse> CREATE_PLACEMENT_GROUP =
            new RpcMethod<>(
                    "CreatePlacementGroup",
                    CreatePlacementGroupRequest.parser(),
                    CreatePlacementGroupResponse.parser());
    public static final RpcMethod<ResizePlacementGroupRequest, ResizePlacementGroupResponse> RESIZE_PLACEMENT_GROUP =
            new RpcMethod<>(
                    "ResizePlacementGroup",
                    ResizePlacementGroupRequest.parser(),
                    ResizePlacementGroupResponse.parser());
    public static final RpcMethod<RemovePlacementGroupRequest, RemovePlacementGroupResponse> REMOVE_PLACEMENT_GROUP =
            new RpcMethod<>(
                    "RemovePlacementGroup",
                    RemovePlacementGroupRequest.parser(),
                    RemovePlacementGroupResponse.parser());
    public static final RpcMethod<DescribePlacementGroupRequest, PlacementGroupView> DESCRIBE_PLACEMENT_GROUP =
            new RpcMethod<>(
                    "DescribePlacementGroup", DescribePlacementGroupRequest.parser(), PlacementGroupView.parser());
    public static final RpcMethod<DrainNodeRequest, DrainNodeResponse> DRAIN_NODE =
            new RpcMethod<>("DrainNode", DrainNodeRequest.parser(), DrainNodeResponse.parser());
    public static final RpcMethod<UndrainNodeRequest, UndrainNodeResponse> UNDRAIN_NODE =
            new RpcMethod<>("UndrainNode", UndrainNodeRequest.parser(), UndrainNodeResponse.parser());
    public static final RpcMethod<MissingArtifactsRequest, MissingArtifactsResponse> MISSING_ARTIFACTS =
            new RpcMethod<>("MissingArtifacts", MissingArtifactsRequest.parser(), MissingArtifactsResponse.parser());
    public static final RpcMethod<PutArtifactRequest, PutArtifactResponse> PUT_ARTIFACT =
            new RpcMethod<>("PutArtifact", PutArtifactRequest.parser(), PutArtifactResponse.parser());

    // Served by the leader, for actors, each about itself.
    public static final RpcMethod<SaveCheckpointRequest, SaveCheckpointResponse> SAVE_CHECKPOINT =
            new RpcMethod<>("SaveCheckpoint", SaveCheckpointRequest.parser(), SaveCheckpointResponse.parser());
    public static final RpcMethod<LoadCheckpointRequest, LoadCheckpointResponse> LOAD_CHECKPOINT =
            new RpcMethod<>("LoadCheckpoint", LoadCheckpointRequest.parser(), LoadCheckpointResponse.parser());

    // Served by the leader, for node agents.
    public static final RpcMethod<NodeHello, NodeWelcome> REGISTER_NODE =
            new RpcMethod<>("RegisterNode", NodeHello.parser(), NodeWelcome.parser());
    public static final RpcMethod<NodeReport, NodeReportAck> REPORT_NODE =
            new RpcMethod<>("ReportNode", NodeReport.parser(), NodeReportAck.parser());
    public static final RpcMethod<GetArtifactRequest, GetArtifactResponse> GET_ARTIFACT =
            new RpcMethod<>("GetArtifact", GetArtifactRequest.parser(), GetArtifactResponse.parser());

    // Served by node agents, for the leader (over the connection that the agent dialled).
    public static final RpcMethod<DesiredSet, DesiredSetAck> DESIRED_SET =
            new RpcMethod<>("DesiredSet", DesiredSet.parser(), DesiredSetAck.parser());

    // Served by the leader, for drivers, and by node agents, for the leader.
    public static final RpcMethod<ReadLogsRequest, ReadLogsResponse> READ_LOGS =
            new RpcMethod<>("ReadLogs", ReadLogsRequest.parser(), ReadLogsResponse.parser());

    // Served by node agents, for their workers.
    public static final RpcMethod<WorkerHello, WorkerWelcome> REGISTER_WORKER =
            new RpcMethod<>("RegisterWorker", WorkerHello.parser(), WorkerWelcome.parser());
    public static final RpcNotice<WorkerReport> WORKER_REPORT = new RpcNotice<>("WorkerReport", WorkerReport.parser());

    // Served by node agents, for their workers, and by the leader, for node agents.
    public static final RpcMethod<RenewLeaseRequest, RenewLeaseResponse> RENEW_LEASE =
            new RpcMethod<>("RenewLease", RenewLeaseRequest.parser(), RenewLeaseResponse.parser());

    // Served by workers, for their node agent (over the connection that the worker dialled).
    public static final RpcNotice<Assignment> ASSIGNMENT = new RpcNotice<>("Assignment", Assignment.parser());
    public static final RpcNotice<BindWorker> BIND_WORKER = new RpcNotice<>("BindWorker", BindWorker.parser());
    public static final RpcNotice<StopWorker> STOP_WORKER = new RpcNotice<>("StopWorker", StopWorker.parser());

    // Served by gateways, for drivers.
    public static final RpcMethod<InferRequest, InferResponse> INFER =
            new RpcMethod<>("Infer", InferRequest.parser(), InferResponse.parser());
    public static final RpcMethod<GatewayStatusRequest, GatewayStatus> GATEWAY_STATUS =
            new RpcMethod<>("GatewayStatus", GatewayStatusRequest.parser(), GatewayStatus.parser());

    // Served by the worker of a plain actor, for drivers.
    public static final RpcMethod<ActorCallRequest, ActorCallResponse> CALL_ACTOR =
            new RpcMethod<>("CallActor", ActorCallRequest.parser(), ActorCallResponse.parser());

    // Served by the worker of tasks, for their owner.
    public static final RpcNotice<WithdrawTasks> WITHDRAW_TASKS =
            new RpcNotice<>("WithdrawTasks", WithdrawTasks.parser());
    public static final RpcNotice<ReleaseResults> RELEASE_RESULTS =
            new RpcNotice<>("ReleaseResults", ReleaseResults.parser());

    // Served by whoever keeps large values, for processes of other hosts, over connections that carry nothing else.
    public static final RpcMethod<OpenObjectRequest, OpenObjectResponse> OPEN_OBJECT =
            new RpcMethod<>("OpenObject", OpenObjectRequest.parser(), OpenObjectResponse.parser());
    public static final RpcMethod<FetchPieceRequest, FetchPieceResponse> FETCH_PIECE =
            new RpcMethod<>("FetchPiece", FetchPieceRequest.parser(), FetchPieceResponse.parser());
    public static final RpcNotice<ObjectCopied> OBJECT_COPIED = new RpcNotice<>("ObjectCopied", ObjectCopied.parser());

    // Served by whoever fetches them, over those connections.
    public static final RpcNotice<ObjectForgotten> OBJECT_FORGOTTEN =
            new RpcNotice<>("ObjectForgotten", ObjectForgotten.parser());

    // The control link between a replica, which dials, and a gateway.
    public static final RpcMethod<ReplicaAttach, ReplicaAttached> ATTACH_REPLICA =
            new RpcMethod<>("AttachReplica", ReplicaAttach.parser(), ReplicaAttached.parser());
    public static final RpcNotice<ReplicaNotice> REPLICA_NOTICE =
            new RpcNotice<>("ReplicaNotice", ReplicaNotice.parser());
    public static final RpcNotice<CancelAttempt> CANCEL_ATTEMPT =
            new RpcNotice<>("CancelAttempt", CancelAttempt.parser());

    private Protocol() {}
}
