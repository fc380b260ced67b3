package dev.orrery.head.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.service.CheckpointService;
import dev.orrery.internal.proto.ActorFunction;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.ArtifactRef;
import dev.orrery.internal.proto.CloseWorldRequest;
import dev.orrery.internal.proto.CreatePlacementGroupRequest;
import dev.orrery.internal.proto.DescribeActorRequest;
import dev.orrery.internal.proto.DescribePlacementGroupRequest;
import dev.orrery.internal.proto.DescribeWorldRequest;
import dev.orrery.internal.proto.EndJobRequest;
import dev.orrery.internal.proto.FormWorldRequest;
import dev.orrery.internal.proto.Job;
import dev.orrery.internal.proto.KillActorRequest;
import dev.orrery.internal.proto.LoadCheckpointRequest;
import dev.orrery.internal.proto.LoadCheckpointResponse;
import dev.orrery.internal.proto.NodeChoice;
import dev.orrery.internal.proto.PlacementBundle;
import dev.orrery.internal.proto.PlacementGroupSpec;
import dev.orrery.internal.proto.PlacementGroupSpec.Strategy;
import dev.orrery.internal.proto.PlacementGroupView;
import dev.orrery.internal.proto.PlainActorSpec;
import dev.orrery.internal.proto.RemovePlacementGroupRequest;
import dev.orrery.internal.proto.RenewJobRequest;
import dev.orrery.internal.proto.RenewJobResponse;
import dev.orrery.internal.proto.ResizePlacementGroupRequest;
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
import java.util.stream.LongStream;

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

    /** In a worker that it shares. */
    String startShareable(String name, int restarts) {
        return start(shareable(name, restarts));
    }

    /** Does not wait for it. */
    String startShareableSoon(String name) {
        return ask(shareable(name, 0));
    }

    private static PlainActorSpec.Builder shareable(String name, int restarts) {
        // The same code, from a file of another name each time.
        ArtifactRef code = ArtifactRef.newBuilder()
                .setSha256("code")
                .setName(name + ".jar")
                .build();
        return PlainActorSpec.newBuilder()
                .setName(name)
                .addArtifacts(code)
                .setShareable(true)
                .setMaxRestarts(restarts)
                .setRestartWindowMillis(60_000);
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
        return ask(spec, 100);
    }

    private String ask(PlainActorSpec.Builder spec, long milliCpus) {
        StartActorRequest request = StartActorRequest.newBuilder()
                .setOperation(cluster.operation())
                .setJob(job())
                .setActor(spec.setJob(job)
                        .setFactory(ActorFunction.newBuilder().setLambda(ByteString.copyFromUtf8("f")))
                        .setResources(Resources.newBuilder().setMilliCpus(milliCpus))
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

    /** Its bundles have so many thousandths of CPUs. */
    String createGroup(String name, Strategy strategy, long... milliCpus) {
        return createGroup(PlacementGroupSpec.newBuilder().setName(name).setStrategy(strategy), milliCpus);
    }

    /** Stays when its job ends. */
    String createDetachedGroup(String name, long... milliCpus) {
        return createGroup(PlacementGroupSpec.newBuilder().setName(name).setDetached(true), milliCpus);
    }

    private String createGroup(PlacementGroupSpec.Builder spec, long... milliCpus) {
        CreatePlacementGroupRequest.Builder request = CreatePlacementGroupRequest.newBuilder()
                .setOperation(cluster.operation())
                .setSpec(spec.setJob(job))
                .setJob(job());
        LongStream.of(milliCpus).forEach(each -> request.addBundles(bundle(each)));
        return insist(() -> PlacementGroupCalls.create(cluster.control(), request.build()))
                .getGroup();
    }

    private static PlacementBundle bundle(long milliCpus) {
        return PlacementBundle.newBuilder()
                .setResources(Resources.newBuilder().setMilliCpus(milliCpus))
                .build();
    }

    /** The numbers of what was added. */
    List<Integer> resizeGroup(String group, List<Integer> remove, long... milliCpus) {
        ResizePlacementGroupRequest.Builder request = ResizePlacementGroupRequest.newBuilder()
                .setOperation(cluster.operation())
                .setGroup(group)
                .addAllRemove(remove);
        LongStream.of(milliCpus).forEach(each -> request.addAdd(bundle(each)));
        return insist(() -> PlacementGroupCalls.resize(cluster.control(), request.build()))
                .getAddedList();
    }

    void removeGroup(String group) {
        RemovePlacementGroupRequest request =
                RemovePlacementGroupRequest.newBuilder().setGroup(group).build();
        insist(() -> PlacementGroupCalls.remove(cluster.control(), request));
    }

    PlacementGroupView group(String id) {
        DescribePlacementGroupRequest request =
                DescribePlacementGroupRequest.newBuilder().setGroup(id).build();
        return insist(() -> PlacementGroupCalls.describe(cluster.control(), request));
    }

    /** May restart. */
    String startIn(String group, int bundle, String name, long milliCpus) {
        String id = ask(
                PlainActorSpec.newBuilder()
                        .setName(name)
                        .setMaxRestarts(3)
                        .setRestartWindowMillis(60_000)
                        .setNodeChoice(NodeChoice.newBuilder().setGroup(group).setBundle(bundle)),
                milliCpus);
        awaitState(id, "ALIVE");
        return id;
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
