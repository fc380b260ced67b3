package dev.orrery.internal.client;

import com.google.protobuf.MessageLite;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.CloseWorldResponse;
import dev.orrery.internal.proto.EndJobResponse;
import dev.orrery.internal.proto.Failure;
import dev.orrery.internal.proto.FormWorldRequest;
import dev.orrery.internal.proto.FormWorldResponse;
import dev.orrery.internal.proto.KillActorResponse;
import dev.orrery.internal.proto.MissingArtifactsResponse;
import dev.orrery.internal.proto.RenewJobResponse;
import dev.orrery.internal.proto.StartActorRequest;
import dev.orrery.internal.proto.StartActorResponse;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.internal.proto.WorldView;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcHandlers;
import dev.orrery.internal.rpc.RpcServer;
import dev.orrery.testing.TestingRpc;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/** A leader that says of its one actor and its worlds what a test scripts, and remembers what it was asked. */
final class TestingActorHead {
    static final String ACTOR = "7-1";
    static final ActorLife LIFE =
            ActorLife.newBuilder().setActor(ACTOR).setIncarnation(1).build();

    final List<StartActorRequest> started = new CopyOnWriteArrayList<>();
    final List<String> killed = new CopyOnWriteArrayList<>();
    final List<FormWorldRequest> formed = new CopyOnWriteArrayList<>();
    final List<Long> closed = new CopyOnWriteArrayList<>();
    final BlockingQueue<String> renewals = new LinkedBlockingQueue<>();
    final List<String> endedJobs = new CopyOnWriteArrayList<>();
    volatile RenewJobResponse renewal =
            RenewJobResponse.newBuilder().setLeaseMillis(600).build();
    final Queue<WorldView> worlds = new ConcurrentLinkedQueue<>();
    /** One for each question after the actor. */
    final Semaphore described = new Semaphore(0);

    final RpcServer server;
    private final Queue<ActorView> next = new ConcurrentLinkedQueue<>();
    private volatile Supplier<CompletableFuture<ActorView>> afterwards;

    TestingActorHead(TestingRpc rpc) {
        server = rpc.serve(RpcHandlers.builder()
                .on(
                        Protocol.MISSING_ARTIFACTS,
                        (connection, request) -> done(MissingArtifactsResponse.getDefaultInstance()))
                .on(Protocol.START_ACTOR, (connection, request) -> {
                    started.add(request);
                    return done(StartActorResponse.newBuilder().setActor(ACTOR).build());
                })
                .on(Protocol.KILL_ACTOR, (connection, request) -> {
                    killed.add(request.getActor());
                    return done(KillActorResponse.getDefaultInstance());
                })
                .on(Protocol.RENEW_JOB, (connection, request) -> {
                    renewals.add(request.getJob());
                    return done(renewal);
                })
                .on(Protocol.END_JOB, (connection, request) -> {
                    endedJobs.add(request.getJob());
                    return done(EndJobResponse.getDefaultInstance());
                })
                .on(Protocol.DESCRIBE_ACTOR, (connection, request) -> describe())
                .on(Protocol.FORM_WORLD, (connection, request) -> {
                    formed.add(request);
                    return done(FormWorldResponse.newBuilder()
                            .setWorld(100 + formed.size())
                            .build());
                })
                .on(Protocol.CLOSE_WORLD, (connection, request) -> {
                    closed.add(request.getWorld());
                    return done(CloseWorldResponse.getDefaultInstance());
                })
                .on(
                        Protocol.DESCRIBE_WORLD,
                        (connection, request) -> done(worlds.size() > 1 ? worlds.remove() : worlds.element()))
                .build());
    }

    private CompletableFuture<ActorView> describe() {
        described.release();
        ActorView scripted = next.poll();
        return scripted == null ? afterwards.get() : done(scripted);
    }

    /** The next answer. */
    TestingActorHead says(ActorView.Builder view) {
        next.add(view.build());
        return this;
    }

    /** From then on. */
    TestingActorHead finallySays(ActorView.Builder view) {
        return finallySays(() -> done(view.build()));
    }

    TestingActorHead finallySays(Supplier<CompletableFuture<ActorView>> answer) {
        afterwards = answer;
        return this;
    }

    static ActorView.Builder view(String state) {
        return ActorView.newBuilder()
                .setLife(LIFE)
                .setLabel("counter")
                .setName("counter")
                .setState(state);
    }

    static ActorView.Builder alive(HostPort address) {
        return view("ALIVE").setRpcAddress(address.toMessage());
    }

    static ActorView.Builder dead(String kind, String message) {
        return view("DEAD")
                .addCauses(Failure.newBuilder()
                        .setKind(kind)
                        .setMessage(message)
                        .setHost("host-1")
                        .setLogPath("/logs/counter"));
    }

    static WorldView world(WorldState state, String cause) {
        WorldView.Builder view =
                WorldView.newBuilder().setId(101).setState(state.name()).setName("ring");
        if (!cause.isEmpty()) {
            view.setCause(Failure.newBuilder().setKind(cause).setMessage("because"));
        }
        return view.build();
    }

    private static <M extends MessageLite> CompletableFuture<M> done(M message) {
        return CompletableFuture.completedFuture(message);
    }
}
