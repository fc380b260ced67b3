package dev.orrery.internal.client;

import com.google.protobuf.MessageLite;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.auth.ClusterSecret;
import dev.orrery.internal.lifecycle.NamedThreads;
import dev.orrery.internal.names.NameRules;
import dev.orrery.internal.output.JobOutput;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.ClusterView;
import dev.orrery.internal.proto.DescribeClusterRequest;
import dev.orrery.internal.proto.DescribePipelineRequest;
import dev.orrery.internal.proto.GatewayStatus;
import dev.orrery.internal.proto.GatewayStatusRequest;
import dev.orrery.internal.proto.PipelineView;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcClient;
import dev.orrery.internal.rpc.RpcHandlers;
import dev.orrery.internal.rpc.RpcIdentity;
import dev.orrery.internal.rpc.RpcLimits;
import dev.orrery.internal.rpc.RpcMethod;
import dev.orrery.internal.rpc.RpcTransport;
import dev.orrery.internal.serial.BoundType;
import dev.orrery.internal.serial.ForySerializer;
import dev.orrery.internal.serial.ValueCodec;
import dev.orrery.internal.store.ValueStore;
import dev.orrery.internal.time.NanoClock;
import dev.orrery.internal.transfer.ObjectExchange;
import dev.orrery.internal.transfer.OwnAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What a driver holds of a cluster: the way to the leader, to the gateway of each pipeline and to each actor that it uses. */
public final class ClusterClient implements AutoCloseable {
    private static final long CLOSE_SECONDS = 2;
    private static final String EVERY_INTERFACE = "0.0.0.0";
    public static final Duration DEFAULT_CALL_TIMEOUT = Duration.ofSeconds(30);

    /** A wait here is longer than the call's own deadline, whose error tells more. */
    private static final Duration SLACK = Duration.ofSeconds(1);

    /**
     * How a client is set up.
     *
     * @param name for people
     * @param storage where its large values are
     * @param references how references inside of values are written and read
     */
    public record Settings(
            ClusterSecret secret,
            List<HostPort> heads,
            Duration callTimeout,
            List<Path> artifacts,
            String name,
            String namespace,
            Storage storage,
            ReferenceTypes references) {
        public Settings {
            heads = List.copyOf(heads);
            artifacts = List.copyOf(artifacts);
        }
    }

    /** What inside of values is more than its fields, beside references to actors. */
    @FunctionalInterface
    public interface ReferenceTypes {
        /** @param client asked when one is read */
        List<BoundType<?>> types(Supplier<ClusterClient> client, ClassLoader classes);
    }

    /** Where the large values of a client are. */
    public sealed interface Storage {
        /** With those of the process that it is in, which closes them. */
        record OfProcess(ObjectExchange exchange) implements Storage {}

        /**
         * Its own.
         *
         * @param address where other hosts reach it; port 0: any. Empty: any port, at the address that this host has on its way to the
         *     heads
         */
        record Own(Optional<HostPort> address) implements Storage {}
    }

    private final String id;
    private final Settings settings;
    private final RpcTransport transport;
    private final RpcClient rpc;
    private final LeaderClient leader;
    private final ExecutorService callbacks;
    private final Completions completions;
    private final Map<String, GatewayClient> gateways = new ConcurrentHashMap<>();
    private final SharedConnections sharedWorkers;
    private final Map<String, ActorLink> actors = new ConcurrentHashMap<>();
    private final Map<ClassLoader, ValueCodec> codecs = new ConcurrentHashMap<>();
    private final ActorFunctions functions = new ActorFunctions();
    private final ObjectExchange exchange;
    private final JobLease job;
    private volatile Optional<JobOutput> output = Optional.empty();

    private ClusterClient(
            String id,
            Settings settings,
            RpcTransport transport,
            RpcClient rpc,
            LeaderClient leader,
            ObjectExchange exchange,
            ExecutorService callbacks) {
        this.id = id;
        this.settings = settings;
        this.transport = transport;
        this.rpc = rpc;
        this.sharedWorkers = new SharedConnections(rpc);
        this.leader = leader;
        this.exchange = exchange;
        this.callbacks = callbacks;
        this.completions = new Completions(callbacks, NanoClock.SYSTEM);
        this.job = new JobLease(id, settings.name(), leader);
    }

    /** As most drivers are. */
    public static ClusterClient open(ClusterSecret secret, List<HostPort> heads) {
        return open(new Settings(
                secret,
                heads,
                DEFAULT_CALL_TIMEOUT,
                List.of(),
                JobLease.programName(),
                NameRules.DEFAULT_NAMESPACE,
                new Storage.Own(Optional.empty()),
                (client, classes) -> List.of()));
    }

    public static ClusterClient open(Settings settings) {
        String id = UUID.randomUUID().toString();
        RpcTransport transport = new RpcTransport("driver", 1);
        transport.start();
        RpcIdentity identity = new RpcIdentity("", PeerRole.DRIVER, id, settings.secret());
        RpcClient rpc = new RpcClient(transport, identity, RpcLimits.defaults(), RpcHandlers.none());
        return new ClusterClient(
                id,
                settings,
                transport,
                rpc,
                new LeaderClient(rpc, settings.heads()),
                exchange(settings, identity),
                Executors.newCachedThreadPool(new NamedThreads("driver-callback")));
    }

    private static ObjectExchange exchange(Settings settings, RpcIdentity identity) {
        if (settings.storage() instanceof Storage.OfProcess shared) {
            return shared.exchange();
        }
        Optional<HostPort> address = ((Storage.Own) settings.storage()).address();
        return new ObjectExchange(
                new ObjectExchange.Settings(
                        identity,
                        new HostPort(
                                EVERY_INTERFACE, address.map(HostPort::port).orElse(0)),
                        () -> address.map(HostPort::host).orElseGet(() -> OwnAddress.towards(settings.heads())),
                        "driver " + settings.name() + " (pid "
                                + ProcessHandle.current().pid() + ")"),
                new ValueStore());
    }

    /** Calls the leader and waits. */
    public <Q extends MessageLite, R extends MessageLite> R call(RpcMethod<Q, R> method, Q request, Duration timeout) {
        return await(leader.call(method, request, timeout), method.name(), timeout);
    }

    public ClusterView describeCluster(Duration timeout) {
        return call(Protocol.DESCRIBE_CLUSTER, DescribeClusterRequest.getDefaultInstance(), timeout);
    }

    public PipelineView describePipeline(String pipeline, Duration timeout) {
        return call(
                Protocol.DESCRIBE_PIPELINE,
                DescribePipelineRequest.newBuilder().setPipeline(pipeline).build(),
                timeout);
    }

    public GatewayStatus gatewayStatus(String pipeline, long eventsAfter, Duration timeout) {
        return await(
                gateway(pipeline)
                        .call(
                                Protocol.GATEWAY_STATUS,
                                GatewayStatusRequest.newBuilder()
                                        .setEventsAfter(eventsAfter)
                                        .build(),
                                timeout),
                Protocol.GATEWAY_STATUS.name(),
                timeout);
    }

    public GatewayClient gateway(String pipeline) {
        return gateways.computeIfAbsent(pipeline, name -> new GatewayClient(name, id, rpc, leader));
    }

    /** Forgets a pipeline that is gone; the next one of its name has another gateway. */
    public void forget(String pipeline) {
        GatewayClient gone = gateways.remove(pipeline);
        if (gone != null) {
            gone.close();
        }
    }

    ActorLink actor(ActorView view) {
        return actors.computeIfAbsent(
                view.getLife().getActor(),
                actor -> new ActorLink(view, whereabouts(actor), leader, dead -> actors.remove(actor, dead)));
    }

    public LeaderClient leader() {
        return leader;
    }

    /** For connections to workers. */
    public RpcClient rpc() {
        return rpc;
    }

    /** What became of a life to which the connection was lost; waits so long for the leader to hear of it. Never fails. */
    public CompletableFuture<LifeFate> fate(ActorLife life, Duration patience) {
        return whereabouts(life.getActor()).fate(life, patience);
    }

    private ActorWhereabouts whereabouts(String actor) {
        return new ActorWhereabouts(actor, rpc, sharedWorkers, leader);
    }

    /** From now on, until this is closed, {@code to} is given what the workers of the job print. To be called once. */
    public void showOutput(Consumer<String> to, int linesPerSecond) {
        JobOutput shown = new JobOutput(new LogReader(this), to, linesPerSecond, NanoClock.SYSTEM);
        output = Optional.of(shown);
        shown.start();
    }

    public JobLease job() {
        return job;
    }

    /** The values of its tasks, and those that were put. */
    public ValueStore store() {
        return exchange.store();
    }

    /** Their ways to and from other hosts. */
    public ObjectExchange exchange() {
        return exchange;
    }

    public ActorFunctions functions() {
        return functions;
    }

    /** @param classes finds the classes of results; null: the JDK's own loader, which knows none of the user's */
    public ValueCodec codec(ClassLoader classes) {
        ClassLoader known = classes == null ? ClassLoader.getSystemClassLoader() : classes;
        return codecs.computeIfAbsent(known, loader -> {
            List<BoundType<?>> types = new ArrayList<>(settings.references().types(() -> this, loader));
            types.add(new ActorReferences(() -> this, loader));
            return new ValueCodec(new ForySerializer(loader, types));
        });
    }

    /** For each call to the leader. */
    public Duration callTimeout() {
        return settings.callTimeout();
    }

    /** Where names of actors are given and found. */
    public String namespace() {
        return settings.namespace();
    }

    /** Jars that go with everything that is started, beside its own. */
    public List<Path> artifacts() {
        return settings.artifacts();
    }

    /** Where users' callbacks run: they may block. */
    public ExecutorService callbacks() {
        return callbacks;
    }

    /** Reads answers of actors on those threads. */
    public Completions completions() {
        return completions;
    }

    private static <R> R await(CompletableFuture<R> future, String what, Duration timeout) {
        try {
            return future.get(timeout.plus(SLACK).toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw rethrown(ErrorCodec.unwrap(e));
        } catch (TimeoutException e) {
            future.cancel(true);
            throw OrreryException.of(
                    ErrorCode.DEADLINE_EXCEEDED, "waited " + timeout.toMillis() + " ms for " + what, e);
        } catch (InterruptedException e) {
            future.cancel(true);
            Thread.currentThread().interrupt();
            throw OrreryException.of(ErrorCode.CANCELLED, "interrupted while waiting for " + what, e);
        }
    }

    /** The same error with this thread's stack, so that the reader sees who asked. */
    private static OrreryException rethrown(Throwable cause) {
        OrreryException here = cause instanceof OrreryException known
                ? ErrorCodec.anew(known)
                : OrreryException.of(ErrorCode.INTERNAL, "unexpected " + cause);
        here.addSuppressed(cause);
        return here;
    }

    @Override
    public void close() {
        // What it shows ends with the job.
        output.ifPresent(JobOutput::close);
        job.close();
        gateways.values().forEach(GatewayClient::close);
        actors.values().forEach(ActorLink::close);
        leader.close();
        transport.close();
        callbacks.shutdown();
        try {
            if (!callbacks.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                callbacks.shutdownNow();
            }
        } catch (InterruptedException e) {
            callbacks.shutdownNow();
            Thread.currentThread().interrupt();
        }
        if (settings.storage() instanceof Storage.Own) {
            exchange.close();
        }
    }
}
