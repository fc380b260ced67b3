package dev.orrery.head.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.service.CheckpointService;
import dev.orrery.internal.proto.ActorFunction;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.CloseWorldRequest;
import dev.orrery.internal.proto.DescribeActorRequest;
import dev.orrery.internal.proto.DescribeWorldRequest;
import dev.orrery.internal.proto.EndJobRequest;
import dev.orrery.internal.proto.FormWorldRequest;
import dev.orrery.internal.proto.Job;
import dev.orrery.internal.proto.KillActorRequest;
import dev.orrery.internal.proto.LoadCheckpointRequest;
import dev.orrery.internal.proto.LoadCheckpointResponse;
import dev.orrery.internal.proto.PlainActorSpec;
import dev.orrery.internal.proto.RenewJobRequest;
import dev.orrery.internal.proto.RenewJobResponse;
import dev.orrery.internal.proto.Resources;
import dev.orrery.internal.proto.SaveCheckpointRequest;
import dev.orrery.internal.proto.StartActorRequest;
import dev.orrery.internal.proto.Value;
import dev.orrery.internal.proto.WorldView;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/** A driver of a testing cluster, with patience for its leaders. */
final class TestingDriver {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final TestingCluster cluster;
    private final String job;

    /** @param job empty: what it starts belongs to nobody */
    TestingDriver(TestingCluster cluster, String job) {
        this.cluster = cluster;
        this.job = job;
    }

    private Job job() {
        return Job.newBuilder().setId(job).setHost("host").setPid(1).build();
    }

    RenewJobResponse renew() {
        return insist(() -> cluster.control()
                .renewJob(RenewJobRequest.newBuilder().setJob(job).build()));
    }

    /** In good order. */
    void end() {
        insist(() ->
                cluster.control().endJob(EndJobRequest.newBuilder().setJob(job).build()));
    }

    /** As a client does: the same request again until a leader answers. */
    <T> T insist(Supplier<CompletableFuture<T>> call) {
        for (int i = 0; i < 400; i++) {
            CompletableFuture<T> answer = call.get();
            for (int step = 0; step < 20 && !answer.isDone(); step++) {
                cluster.step();
            }
            try {
                if (answer.isDone()) {
                    return answer.join();
                }
            } catch (CompletionException e) {
                boolean retried = e.getCause() instanceof OrreryException known
                        && (known.code() == ErrorCode.NOT_LEADER || known.code() == ErrorCode.STORE_UNAVAILABLE);
                if (!retried) {
                    throw e;
                }
                cluster.step();
            }
        }
        throw new AssertionError("no leader answered");
    }

    String start(String name) {
        return start(name, 0);
    }

    String startIn(String namespace, String name) {
        return start(PlainActorSpec.newBuilder().setNamespace(namespace).setName(name));
    }

    /** Lives on when its job ends. */
    String startDetached(String name) {
        return start(PlainActorSpec.newBuilder().setName(name).setDetached(true));
    }

    String start(String name, int restarts) {
        return start(PlainActorSpec.newBuilder()
                .setName(name)
                .setMaxRestarts(restarts)
                .setRestartWindowMillis(60_000));
    }

    /** Does not wait for it. */
    String startSoon(String name) {
        return ask(PlainActorSpec.newBuilder().setName(name));
    }

    private String start(PlainActorSpec.Builder spec) {
        String id = ask(spec);
        awaitState(id, "ALIVE");
        return id;
    }

    private String ask(PlainActorSpec.Builder spec) {
        StartActorRequest request = StartActorRequest.newBuilder()
                .setOperation(cluster.operation())
                .setJob(job())
                .setActor(spec.setJob(job)
                        .setFactory(
                                ActorFunction.newBuilder().setLambda(ByteString.copyFromUtf8("f")))
                        .setResources(Resources.newBuilder().setMilliCpus(100))
                        .setOpenTimeoutMillis(10_000)
                        .setMaxPendingCalls(10))
                .build();
        return insist(() -> cluster.control().startActor(request)).getActor();
    }

    ActorView actor(String id) {
        return insist(() -> cluster.control()
                .describeActor(DescribeActorRequest.newBuilder().setActor(id).build()));
    }

    void awaitState(String id, String state) {
        cluster.await(id + " " + state, LIMIT, () -> actor(id).getState().equals(state));
    }

    long form(String name, String... members) {
        while (true) {
            FormWorldRequest request = FormWorldRequest.newBuilder()
                    .setOperation(cluster.operation())
                    .setName(name)
                    .addAllActors(List.of(members))
                    .build();
            long id = insist(() -> cluster.control().formWorld(request)).getWorld();
            cluster.await(name + " formed", LIMIT, () -> !world(id).getState().equals("FORMING"));
            if (world(id).getState().equals("READY")) {
                return id;
            }
            assertEquals("NOT_LEADER", world(id).getCause().getKind(), () -> world(id)
                    .toString());
            close(id);
        }
    }

    void close(long world) {
        insist(() -> cluster.control()
                .closeWorld(CloseWorldRequest.newBuilder().setWorld(world).build()));
    }

    WorldView world(long id) {
        return insist(() -> cluster.control()
                .describeWorld(DescribeWorldRequest.newBuilder().setWorld(id).build()));
    }

    void kill(String id) {
        insist(() -> cluster.control()
                .killActor(KillActorRequest.newBuilder().setActor(id).build()));
        awaitState(id, "DEAD");
    }

    /** What the worker of that life does. */
    void save(ActorLife life, long number, String state) {
        SaveCheckpointRequest request = SaveCheckpointRequest.newBuilder()
                .setLife(life)
                .setNumber(number)
                .setState(Value.newBuilder().setObject(ByteString.copyFromUtf8(state)))
                .build();
        insist(() -> cluster.control().mutate("save", draft -> CheckpointService.save(draft, request)));
    }

    /** What that life is given; empty when nothing was saved. */
    String load(ActorLife life) {
        LoadCheckpointRequest request =
                LoadCheckpointRequest.newBuilder().setLife(life).build();
        LoadCheckpointResponse kept = insist(() -> cluster.control()
                .ask(leading -> CheckpointService.load(leading.state().records(), request)));
        return kept.getState().getObject().toStringUtf8();
    }

    ActorView named(String name) {
        return namedIn("", name);
    }

    ActorView namedIn(String namespace, String name) {
        DescribeActorRequest request = DescribeActorRequest.newBuilder()
                .setNamespace(namespace)
                .setName(name)
                .build();
        return insist(() -> cluster.control().describeActor(request));
    }
}
