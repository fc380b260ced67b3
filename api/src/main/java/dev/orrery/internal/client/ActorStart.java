package dev.orrery.internal.client;

import dev.orrery.ActorRef;
import dev.orrery.PlacementOptions;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.placement.PlacementRules;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.DescribeActorRequest;
import dev.orrery.internal.proto.KillActorRequest;
import dev.orrery.internal.proto.PlainActorSpec;
import dev.orrery.internal.proto.StartActorRequest;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.serial.ValueCodec;
import dev.orrery.internal.time.NanoClock;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/** Brings actors up, and gives out references to them. */
public final class ActorStart {
    /** How long placement may fail before a start is given up: nodes may be about to join. */
    private static final Duration PLACEMENT_PATIENCE = Duration.ofSeconds(3);

    /** How an actor is to be started. */
    public record Options(
            Optional<String> name,
            Optional<String> namespace,
            double cpus,
            double gpus,
            PlacementOptions placement,
            List<Path> artifacts,
            int maxPendingCalls,
            Duration startTimeout,
            int restarts,
            Duration restartWindow,
            boolean exclusive,
            int callRetries,
            boolean detached,
            int maxConcurrency,
            boolean shareable,
            Checkpoints checkpoints) {}

    /**
     * When the state of an actor is saved.
     *
     * @param calls after so many; 0: not by their number
     * @param interval after the first call that ends so long after the last time
     */
    public record Checkpoints(int calls, Optional<Duration> interval) {
        public static Checkpoints never() {
            return new Checkpoints(0, Optional.empty());
        }
    }

    private final ClusterClient client;
    private final Duration callTimeout;
    private final NanoClock clock = NanoClock.SYSTEM;

    public ActorStart(ClusterClient client, Duration callTimeout) {
        this.client = client;
        this.callTimeout = callTimeout;
    }

    public <A> ActorRef<A> start(Options options, Serializable factory, List<Object> arguments, Duration timeout) {
        Waiting waiting = new Waiting(clock, timeout, callTimeout);
        ActorFunctions.Described function = client.functions().describe(factory);
        ValueCodec codec = client.codec(function.owner().getClassLoader());
        List<Class<?>> classes = new ArrayList<>(List.of(factory.getClass(), function.owner()));
        arguments.stream().filter(Objects::nonNull).map(Object::getClass).forEach(classes::add);
        PlainActorSpec.Builder spec =
                spec(options, function).setNamespace(options.namespace().orElse(client.namespace()));
        for (int i = 0; i < arguments.size(); i++) {
            spec.addArguments(codec.toMessage("argument " + (i + 1) + " of the constructor", arguments.get(i)));
        }
        String id;
        try (ArtifactShipment shipment = ArtifactShipment.of(classes, options.artifacts(), client.artifacts())) {
            if (!options.detached()) {
                client.job().begin();
            }
            StartActorRequest request = StartActorRequest.newBuilder()
                    .setOperation(UUID.randomUUID().toString())
                    .setActor(spec.addAllArtifacts(shipment.refs())
                            .setJob(client.job().id()))
                    .setJob(client.job().describe())
                    .build();
            id = shipment.upload(
                            client,
                            waiting::callTimeout,
                            () -> client.call(Protocol.START_ACTOR, request, waiting.callTimeout()))
                    .getActor();
        }
        try {
            return ref(awaitAlive(id, waiting), codec);
        } catch (OrreryException e) {
            takeAway(id, e);
            throw e;
        }
    }

    private static PlainActorSpec.Builder spec(Options options, ActorFunctions.Described function) {
        return PlainActorSpec.newBuilder()
                .setName(options.name().orElse(""))
                .setFactory(function.message())
                .setResources(PlacementMessages.resources(
                        PlacementRules.milli(options.cpus()),
                        PlacementRules.milli(options.gpus()),
                        options.placement()))
                .setNodeChoice(PlacementMessages.nodeChoice(options.placement()))
                .setOpenTimeoutMillis(options.startTimeout().toMillis())
                .setMaxPendingCalls(options.maxPendingCalls())
                .setMaxRestarts(options.restarts())
                .setRestartWindowMillis(options.restartWindow().toMillis())
                .setClassLabel(function.name())
                .setExclusive(options.exclusive())
                .setCallRetries(options.callRetries())
                .setDetached(options.detached())
                .setMaxConcurrency(options.maxConcurrency())
                .setShareable(options.shareable())
                .setCheckpointCalls(options.checkpoints().calls())
                .setCheckpointIntervalMillis(
                        options.checkpoints().interval().map(Duration::toMillis).orElse(0L));
    }

    private ActorView awaitAlive(String id, Waiting waiting) {
        OptionalLong misfitSince = OptionalLong.empty();
        ActorView view;
        do {
            view = describe(id, waiting.callTimeout());
            if (view.getState().equals("ALIVE")) {
                return view;
            }
            if (ActorViews.isEnding(view)) {
                throw notStarted(view);
            }
            long now = clock.nanoTime();
            boolean misfit = !view.getReason().isEmpty();
            misfitSince = misfit ? OptionalLong.of(misfitSince.orElse(now)) : OptionalLong.empty();
            if (misfit && now - misfitSince.getAsLong() > PLACEMENT_PATIENCE.toNanos()) {
                throw OrreryException.of(ErrorCode.DOES_NOT_FIT, view.getReason(), Map.of("actor", id));
            }
            waiting.pause("actor " + id);
        } while (!waiting.isOver());
        throw waiting.expired("actor '%s' to be ALIVE; it is %s%s%s"
                .formatted(
                        view.getLabel(),
                        view.getState(),
                        view.getNode().isEmpty() ? "" : " on " + view.getNode(),
                        view.getLogPath().isEmpty() ? "" : ", log " + view.getLogPath()));
    }

    private static OrreryException notStarted(ActorView view) {
        long lives = view.getLife().getIncarnation();
        String whole = "actor '%s' (%s) did not start%s%s"
                .formatted(
                        view.getLabel(),
                        view.getClassLabel(),
                        view.getLastNode().isEmpty() ? "" : " on node " + view.getLastNode(),
                        lives > 1 ? "; attempts: " + lives : "");
        return OrreryException.of(
                ErrorCode.START_FAILED, whole, Map.of("actor", view.getLife().getActor()), ActorViews.failure(view));
    }

    private void takeAway(String id, OrreryException why) {
        try {
            client.call(
                    Protocol.KILL_ACTOR,
                    KillActorRequest.newBuilder().setActor(id).build(),
                    callTimeout);
        } catch (OrreryException e) {
            why.addSuppressed(e);
        }
    }

    private ActorView describe(String id, Duration timeout) {
        return client.call(
                Protocol.DESCRIBE_ACTOR,
                DescribeActorRequest.newBuilder().setActor(id).build(),
                timeout);
    }

    public <A> ActorRef<A> find(String namespace, String name, Class<A> type) {
        ActorView view = client.call(
                Protocol.DESCRIBE_ACTOR,
                DescribeActorRequest.newBuilder()
                        .setName(name)
                        .setNamespace(namespace)
                        .build(),
                callTimeout);
        if (ActorViews.isEnding(view)) {
            throw ActorViews.dead(view);
        }
        return ref(view, client.codec(type.getClassLoader()));
    }

    private <A> ActorRef<A> ref(ActorView view, ValueCodec codec) {
        return new RemoteActor<>(
                new RemoteActor.Parts(client, codec, client.actor(view), callTimeout), RemoteActor.DEFAULT_DEADLINE);
    }
}
