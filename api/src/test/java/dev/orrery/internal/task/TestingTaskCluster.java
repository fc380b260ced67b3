package dev.orrery.internal.task;

import dev.orrery.Arg;
import dev.orrery.ObjectRef;
import dev.orrery.OrreryOptions;
import dev.orrery.PlacementOptions;
import dev.orrery.error.OrreryException;
import dev.orrery.function.TaskFunction1;
import dev.orrery.internal.client.ClusterClient;
import dev.orrery.internal.proto.ActorCallRequest;
import dev.orrery.internal.proto.ActorCallResponse;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.EndJobResponse;
import dev.orrery.internal.proto.Failure;
import dev.orrery.internal.proto.KillActorResponse;
import dev.orrery.internal.proto.MissingArtifactsResponse;
import dev.orrery.internal.proto.PlainActorSpec;
import dev.orrery.internal.proto.RenewJobResponse;
import dev.orrery.internal.proto.StartActorResponse;
import dev.orrery.internal.proto.TaskInfo;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcHandlers;
import dev.orrery.internal.rpc.RpcLimits;
import dev.orrery.internal.rpc.RpcServer;
import dev.orrery.testing.TestingRpc;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A client with tasks, a leader, and workers of tasks that answer when a test says so. */
final class TestingTaskCluster implements AutoCloseable {
    private static final long QUIET_MILLIS = 200;

    /** A task that reached a worker. */
    record Call(Worker worker, ActorCallRequest request, CompletableFuture<ActorCallResponse> response) {
        String workerName() {
            return worker.actor;
        }

        TaskInfo task() {
            return request.getTask();
        }

        /** Answers with its first argument. */
        void echo() {
            echo(TimeUnit.SECONDS.toNanos(1));
        }

        boolean echo(long ranNanos) {
            return response.complete(ActorCallResponse.newBuilder()
                    .setResult(request.getArguments(0))
                    .setRunNanos(ranNanos)
                    .build());
        }

        void fail(OrreryException why) {
            response.completeExceptionally(why);
        }

        /** Its worker ends. */
        void die(String kind, String message) {
            worker.die(kind, message);
        }
    }

    private final class Worker {
        private final String actor;
        private final RpcServer server;
        private volatile Optional<Failure> death = Optional.empty();

        Worker(String actor) {
            this.actor = actor;
            this.server = rpc.serve(
                    TestingRpc.identity(PeerRole.WORKER, actor),
                    RpcLimits.defaults(),
                    TestingRpc.ANY_PORT,
                    RpcHandlers.builder()
                            .on(Protocol.CALL_ACTOR, (connection, request) -> {
                                CompletableFuture<ActorCallResponse> response = new CompletableFuture<>();
                                calls.add(new Call(this, request, response));
                                return response;
                            })
                            .onNotice(Protocol.WITHDRAW_TASKS, (connection, notice) -> withdrawals.add(actor))
                            .onNotice(
                                    Protocol.RELEASE_RESULTS,
                                    (connection, notice) -> released.addAll(notice.getNamesList()))
                            .build());
        }

        void die(String kind, String message) {
            death = Optional.of(
                    Failure.newBuilder().setKind(kind).setMessage(message).build());
            server.close();
        }

        ActorView view() {
            ActorView.Builder view = ActorView.newBuilder()
                    .setLife(ActorLife.newBuilder().setActor(actor).setIncarnation(1))
                    .setNode("node-1");
            return death.map(cause -> view.setState("DEAD").addCauses(cause))
                    .orElseGet(() -> view.setState("ALIVE")
                            .setRpcAddress(server.address().toMessage()))
                    .build();
        }
    }

    private final TestingRpc rpc = new TestingRpc(RpcLimits.defaults());
    private final Map<String, Worker> workers = new ConcurrentHashMap<>();
    private final BlockingQueue<Call> calls = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> withdrawals = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> released = new LinkedBlockingQueue<>();
    private final AtomicInteger numbers = new AtomicInteger();
    private final List<PlainActorSpec> asked = new CopyOnWriteArrayList<>();
    private final BlockingQueue<String> ended = new LinkedBlockingQueue<>();
    private volatile Optional<ActorView> instead = Optional.empty();
    private volatile Optional<OrreryException> refusal = Optional.empty();
    private final RpcServer head;
    private final ClusterClient client;
    private final Tasks tasks;

    TestingTaskCluster() {
        head = rpc.serve(RpcHandlers.builder()
                .on(
                        Protocol.MISSING_ARTIFACTS,
                        (connection, request) ->
                                CompletableFuture.completedFuture(MissingArtifactsResponse.getDefaultInstance()))
                .on(Protocol.START_ACTOR, (connection, request) -> {
                    asked.add(request.getActor());
                    return refusal.map(CompletableFuture::<StartActorResponse>failedFuture)
                            .orElseGet(() -> CompletableFuture.completedFuture(StartActorResponse.newBuilder()
                                    .setActor("7-" + numbers.incrementAndGet())
                                    .build()));
                })
                .on(Protocol.KILL_ACTOR, (connection, request) -> {
                    ended.add(request.getActor());
                    return CompletableFuture.completedFuture(KillActorResponse.getDefaultInstance());
                })
                .on(
                        Protocol.RENEW_JOB,
                        (connection, request) -> CompletableFuture.completedFuture(RenewJobResponse.newBuilder()
                                .setLeaseMillis(60_000)
                                .build()))
                .on(
                        Protocol.END_JOB,
                        (connection, request) -> CompletableFuture.completedFuture(EndJobResponse.getDefaultInstance()))
                .on(
                        Protocol.DESCRIBE_ACTOR,
                        (connection, request) ->
                                // The handler must not wait for the worker's port on this thread.
                                CompletableFuture.supplyAsync(() -> view(request.getActor())))
                .build());
        client = ClusterClient.open(new ClusterClient.Settings(
                TestingRpc.SECRET,
                List.of(head.address()),
                ClusterClient.DEFAULT_CALL_TIMEOUT,
                List.of(),
                "test",
                OrreryOptions.DEFAULT_NAMESPACE,
                new ClusterClient.Storage.Own(Optional.empty()),
                ObjectReferences::types));
        tasks = new Tasks(client);
    }

    Tasks tasks() {
        return tasks;
    }

    ClusterClient client() {
        return client;
    }

    /** A task that takes a number, and runs on one CPU. */
    ObjectRef<Integer> submit(int retries, Duration timeout, Arg<Integer> argument) {
        return submit(retries, timeout, PlacementOptions.none(), argument);
    }

    ObjectRef<Integer> submit(int retries, Duration timeout, PlacementOptions placement, Arg<Integer> argument) {
        TaskOptions options =
                new TaskOptions(Optional.empty(), 1_000, 0, placement, retries, List.of(), timeout, List.of());
        // Named, never run.
        TaskFunction1<Integer, Integer> function = Math::negateExact;
        return tasks.submit(options, function, List.of(argument));
    }

    private ActorView view(String actor) {
        return instead.map(view -> view.toBuilder()
                        .setLife(ActorLife.newBuilder().setActor(actor).setIncarnation(1))
                        .build())
                .orElseGet(() -> workers.computeIfAbsent(actor, Worker::new).view());
    }

    /** From now on no worker is placed. */
    void placesNothing(String reason, boolean neverFits) {
        instead = Optional.of(ActorView.newBuilder()
                .setState("PENDING")
                .setReason(reason)
                .setNeverFits(neverFits)
                .build());
    }

    /** From now on no worker is started at all. */
    void refuses(OrreryException why) {
        refusal = Optional.of(why);
    }

    /** All is well again. */
    void recovers() {
        refusal = Optional.empty();
        instead = Optional.empty();
    }

    /** From now on every worker dies before it is open. */
    void startsNothing(String kind, String message) {
        instead = Optional.of(ActorView.newBuilder()
                .setState("DEAD")
                .addCauses(Failure.newBuilder().setKind(kind).setMessage(message))
                .build());
    }

    /** The next task that reaches a worker. */
    Call next() {
        return take(calls, "a task to reach a worker");
    }

    /** The next worker that is asked for what it has not begun. */
    String nextWithdrawal() {
        return take(withdrawals, "tasks to be withdrawn");
    }

    /** The next result that its worker need not keep any more. */
    String nextReleased() {
        return take(released, "a result to be released");
    }

    /** The next worker that the leader was told to end. */
    String nextEnded() {
        return take(ended, "a worker to be ended");
    }

    private static <T> T take(BlockingQueue<T> queue, String what) {
        try {
            return Optional.ofNullable(queue.poll(30, TimeUnit.SECONDS))
                    .orElseThrow(() -> new AssertionError("waited 30 s for " + what));
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    /** Whether no task reaches a worker for a while. */
    boolean isQuiet() {
        try {
            return calls.poll(QUIET_MILLIS, TimeUnit.MILLISECONDS) == null;
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    /** The workers that the leader was asked for, in order. */
    List<PlainActorSpec> asked() {
        return List.copyOf(asked);
    }

    int started() {
        return numbers.get();
    }

    @Override
    public void close() {
        tasks.close();
        client.close();
        rpc.close();
    }
}
