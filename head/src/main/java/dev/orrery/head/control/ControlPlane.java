package dev.orrery.head.control;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.reconcile.Draft;
import dev.orrery.head.reconcile.Observed.News;
import dev.orrery.head.service.ActorService;
import dev.orrery.head.service.JobService;
import dev.orrery.head.service.NodeService;
import dev.orrery.head.service.PipelineService;
import dev.orrery.head.service.WorldService;
import dev.orrery.head.store.Change;
import dev.orrery.head.store.ClusterStore;
import dev.orrery.head.store.LeadershipListener;
import dev.orrery.head.store.StoredState;
import dev.orrery.head.view.ActorViews;
import dev.orrery.head.view.ClusterViews;
import dev.orrery.head.view.PipelineViews;
import dev.orrery.head.view.WorldViews;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.CloseWorldRequest;
import dev.orrery.internal.proto.CloseWorldResponse;
import dev.orrery.internal.proto.ClusterView;
import dev.orrery.internal.proto.DeployRequest;
import dev.orrery.internal.proto.DeployResponse;
import dev.orrery.internal.proto.DescribeActorRequest;
import dev.orrery.internal.proto.DescribePipelineRequest;
import dev.orrery.internal.proto.DescribeWorldRequest;
import dev.orrery.internal.proto.DrainNodeRequest;
import dev.orrery.internal.proto.DrainNodeResponse;
import dev.orrery.internal.proto.EndJobRequest;
import dev.orrery.internal.proto.EndJobResponse;
import dev.orrery.internal.proto.FormWorldRequest;
import dev.orrery.internal.proto.FormWorldResponse;
import dev.orrery.internal.proto.KillActorRequest;
import dev.orrery.internal.proto.KillActorResponse;
import dev.orrery.internal.proto.NodeHello;
import dev.orrery.internal.proto.NodeReport;
import dev.orrery.internal.proto.NodeReportAck;
import dev.orrery.internal.proto.NodeWelcome;
import dev.orrery.internal.proto.PipelineView;
import dev.orrery.internal.proto.RenewJobRequest;
import dev.orrery.internal.proto.RenewJobResponse;
import dev.orrery.internal.proto.RenewLeaseRequest;
import dev.orrery.internal.proto.RenewLeaseResponse;
import dev.orrery.internal.proto.ScaleRequest;
import dev.orrery.internal.proto.ScaleResponse;
import dev.orrery.internal.proto.StartActorRequest;
import dev.orrery.internal.proto.StartActorResponse;
import dev.orrery.internal.proto.UndeployRequest;
import dev.orrery.internal.proto.UndeployResponse;
import dev.orrery.internal.proto.UndrainNodeRequest;
import dev.orrery.internal.proto.UndrainNodeResponse;
import dev.orrery.internal.proto.WorldView;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.rpc.RpcHandlers;
import dev.orrery.internal.time.NanoClock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The head's control plane: while this head leads it takes what drivers ask and agents report, and steers the cluster;
 * otherwise it says who leads.
 */
public final class ControlPlane implements LeadershipListener, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ControlPlane.class);

    private final ControlOptions options;
    private final HeadIdentity self;
    private final NanoClock clock;
    private final ArtifactCalls artifacts;
    private final KnownLeader.Source currentLeader;
    private final ControlThread thread;
    private final PipelineService service;
    private final ActorService actors;
    private final WorldService worlds = new WorldService();
    private final JobService jobs = new JobService();

    /** Owned by the control thread, as is all of the leader. */
    private Optional<Leader> leader = Optional.empty();

    /** Knows all records should the store have lost them. */
    private Optional<Leader> lastLeader = Optional.empty();
    /** Why it leads no more. */
    private Optional<String> lostBecause = Optional.empty();

    private final WaitingNodes waiting = new WaitingNodes();

    private boolean stepIsDue;

    /**
     * @param currentLeader asked on the control thread
     * @param thread closed with this
     */
    public ControlPlane(
            ControlOptions options,
            HeadIdentity self,
            NanoClock clock,
            ArtifactCalls artifacts,
            KnownLeader.Source currentLeader,
            ControlThread thread) {
        this.options = options;
        this.self = self;
        this.clock = clock;
        this.artifacts = artifacts;
        this.currentLeader = currentLeader;
        this.thread = thread;
        this.service = new PipelineService(artifacts::missing);
        this.actors = new ActorService(artifacts::missing);
    }

    /** Begins to look at the clock. */
    public void start() {
        thread.every(options.tick(), this::stepSoon);
    }

    public RpcHandlers handlers() {
        return ControlHandlers.of(this, artifacts);
    }

    @Override
    public void elected(ClusterStore store) {
        thread.execute(() -> {
            endTerm("elected again, for epoch " + store.epoch());
            leader = Optional.of(new Leader(store, options, clock));
            lastLeader = Optional.empty();
            lostBecause = Optional.empty();
            // They register before the records are loaded, and report meanwhile.
            waiting.releaseAll();
            step(clock.nanoTime());
        });
    }

    @Override
    public void lost(String why) {
        thread.execute(() -> {
            endTerm(why);
            lostBecause = Optional.of(why);
        });
    }

    @Override
    public void writesSuspended() {
        thread.execute(() -> leader.ifPresent(leading -> leading.suspend(true)));
    }

    @Override
    public void writesResumed() {
        thread.execute(() -> {
            leader.ifPresent(leading -> leading.suspend(false));
            stepSoon();
        });
    }

    @Override
    public CompletableFuture<Optional<List<Change.Create>>> survivors(long epoch) {
        CompletableFuture<Optional<List<Change.Create>>> survivors = new CompletableFuture<>();
        thread.execute(() -> survivors.complete(leader.or(() -> lastLeader)
                .filter(known -> known.epoch() == epoch)
                .flatMap(Leader::survivors)));
        return survivors;
    }

    @Override
    public void rehearse(StoredState state) {
        Rehearsal.repeat(state, options, clock);
    }

    @Override
    public void close() {
        thread.execute(() -> endTerm("this head is closing"));
        thread.close();
    }

    CompletableFuture<DeployResponse> deploy(DeployRequest request) {
        String what = "deploy " + request.getPipeline().getName();
        return mutate(what, draft -> service.deploy(draft, request));
    }

    CompletableFuture<ScaleResponse> scale(ScaleRequest request) {
        return mutate("scale " + request.getPipeline(), draft -> service.scale(draft, request));
    }

    CompletableFuture<UndeployResponse> undeploy(UndeployRequest request) {
        return mutate("undeploy " + request.getPipeline(), draft -> service.undeploy(draft, request));
    }

    CompletableFuture<StartActorResponse> startActor(StartActorRequest request) {
        String what = "start actor " + request.getActor().getName();
        return mutate(what, draft -> actors.start(draft, request));
    }

    CompletableFuture<KillActorResponse> killActor(KillActorRequest request) {
        return mutate("kill actor " + request.getActor(), draft -> actors.kill(draft, request));
    }

    CompletableFuture<DrainNodeResponse> drainNode(DrainNodeRequest request) {
        return mutate("drain node " + request.getNode(), draft -> NodeService.drain(draft, request));
    }

    CompletableFuture<UndrainNodeResponse> undrainNode(UndrainNodeRequest request) {
        return mutate("undrain node " + request.getNode(), draft -> NodeService.undrain(draft, request));
    }

    CompletableFuture<ActorView> describeActor(DescribeActorRequest request) {
        return ask(leading -> ActorViews.of(
                leading.state(), ActorService.find(leading.state().records(), request), clock.nanoTime()));
    }

    CompletableFuture<RenewJobResponse> renewJob(RenewJobRequest request) {
        return ask(leading -> jobs.renew(leading.state(), request, clock.nanoTime()));
    }

    CompletableFuture<EndJobResponse> endJob(EndJobRequest request) {
        return mutate("end job " + request.getJob(), draft -> jobs.end(draft, request));
    }

    CompletableFuture<FormWorldResponse> formWorld(FormWorldRequest request) {
        return mutate("form world " + request.getName(), draft -> worlds.form(draft, request));
    }

    CompletableFuture<CloseWorldResponse> closeWorld(CloseWorldRequest request) {
        String what = "close world " + Long.toHexString(request.getWorld());
        return mutate(what, draft -> worlds.close(draft, request));
    }

    CompletableFuture<WorldView> describeWorld(DescribeWorldRequest request) {
        return ask(leading ->
                WorldViews.of(leading.state(), WorldService.find(leading.state().records(), request.getWorld())));
    }

    CompletableFuture<PipelineView> describePipeline(DescribePipelineRequest request) {
        return ask(leading -> PipelineViews.of(
                leading.state(),
                PipelineService.find(leading.state().records(), request.getPipeline()),
                clock.nanoTime()));
    }

    CompletableFuture<ClusterView> describeCluster() {
        return ask(leading -> ClusterViews.of(leading.state(), clock.nanoTime()).toBuilder()
                .setCluster(leading.cluster())
                .setEpoch(leading.epoch())
                .setLeader(self.head())
                .setLeaderAddress(self.address().toMessage())
                .build());
    }

    CompletableFuture<NodeWelcome> registerNode(RpcConnection connection, NodeHello hello) {
        CompletableFuture<NodeWelcome> answer = new CompletableFuture<>();
        Runnable welcome = () -> answer.completeAsync(() -> welcome(connection, hello), Runnable::run);
        thread.execute(() -> {
            if (leader.isPresent()) {
                welcome.run();
            } else {
                lastLeader.ifPresent(ended -> ended.dialled(hello.getNode()));
                if (waiting.add(welcome, hello, currentLeader.get().address(), clock.nanoTime())) {
                    currentLeader.isMissed();
                }
            }
        });
        return answer;
    }

    private NodeWelcome welcome(RpcConnection connection, NodeHello hello) {
        Leader leading = leader.orElseThrow(this::notLeader);
        boolean foreign =
                !hello.getKnownCluster().isEmpty() && !hello.getKnownCluster().equals(leading.cluster());
        if (foreign) {
            throw OrreryException.of(
                    ErrorCode.FENCED,
                    ("node '%s' belongs to cluster %s, this is cluster %s; end what it runs, and give the node another"
                                    + " data directory, or empty its own")
                            .formatted(hello.getNode(), hello.getKnownCluster(), leading.cluster()),
                    Map.of("node", hello.getNode()));
        }
        leading.registered(connection, hello);
        connection
                .closed()
                .thenAccept(why -> thread.execute(() -> {
                    leader.filter(now -> now == leading)
                            .ifPresent(now -> now.disconnected(connection, hello.getNode(), why));
                    stepSoon();
                }));
        stepSoon();
        return NodeWelcome.newBuilder()
                .setCluster(leading.cluster())
                .setEpoch(leading.epoch())
                .setHead(self.head())
                .build();
    }

    CompletableFuture<NodeReportAck> reportNode(NodeReport report) {
        return ask(leading -> {
            // So that the agent looks for the leader, finds this head, and registers.
            News news = leading.reported(report)
                    .filter(known -> known != News.UNKNOWN)
                    .orElseThrow(() -> ErrorCodec.notLeader(self.head(), Optional.of(self.address())));
            if (news == News.CHANGE) {
                stepSoon();
            }
            return NodeReportAck.newBuilder().setEpoch(leading.epoch()).build();
        });
    }

    CompletableFuture<RenewLeaseResponse> renewLease(RenewLeaseRequest request) {
        return onLeader(leading -> {
            CompletableFuture<RenewLeaseResponse> answer = leading.renewLease(request);
            stepSoon();
            return answer;
        });
    }

    /** Fails with NOT_LEADER, on the control thread, unless this head leads. */
    <R> CompletableFuture<R> ask(Function<Leader, R> question) {
        return onLeader(leading -> CompletableFuture.completedFuture(question.apply(leading)));
    }

    <R> CompletableFuture<R> mutate(String what, Function<Draft, R> change) {
        return onLeader(leading -> {
            CompletableFuture<R> answer = leading.mutate(what, change);
            stepSoon();
            return answer;
        });
    }

    private <R> CompletableFuture<R> onLeader(Function<Leader, CompletableFuture<R>> question) {
        CompletableFuture<R> answer = new CompletableFuture<>();
        thread.execute(() -> {
            try {
                Leader leading = leader.orElseThrow(() -> notLeader());
                question.apply(leading).whenComplete((value, failure) -> {
                    if (failure == null) {
                        answer.complete(value);
                    } else {
                        answer.completeExceptionally(failure);
                    }
                });
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        return answer;
    }

    private OrreryException notLeader() {
        KnownLeader known = currentLeader.get();
        // Why this head leads no more is of no use to who hears of another that does.
        Optional<String> why = known.doubt()
                .or(() -> lostBecause.filter(past -> known.address().isEmpty()));
        return ErrorCodec.notLeader(self.head(), known.address(), why);
    }

    /** Behind what is queued already, so that many reports make one step, and what was said until now is known then. */
    private void stepSoon() {
        if (!stepIsDue) {
            stepIsDue = true;
            long heardUntil = clock.nanoTime();
            thread.execute(() -> step(heardUntil));
        }
    }

    private void step(long heardUntilNanos) {
        stepIsDue = false;
        if (leader.isEmpty()) {
            waiting.release(currentLeader.get().address(), clock.nanoTime());
        }
        try {
            if (leader.isPresent() && leader.get().step(heardUntilNanos)) {
                stepSoon();
            }
        } catch (OrreryException e) {
            if (e.code() != ErrorCode.FENCED) {
                throw e;
            }
            endTerm("fenced: " + e.getMessage());
        }
    }

    private void endTerm(String why) {
        leader.ifPresent(ended -> {
            log.info("epoch {} is no longer led by this head: {}", ended.epoch(), why);
            ended.end(ErrorCodec.notLeader(self.head(), Optional.empty(), Optional.of(why)));
            lastLeader = leader;
        });
        leader = Optional.empty();
    }
}
