package dev.orrery.worker;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.auth.ClusterSecret;
import dev.orrery.internal.auth.SecretFile;
import dev.orrery.internal.lifecycle.NamedThreads;
import dev.orrery.internal.proto.ActorSpec;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.time.NanoClock;
import dev.orrery.nccl.WorldManagers;
import dev.orrery.nccl.WorldOptions;
import dev.orrery.nccl.device.Gpu;
import dev.orrery.worker.actor.PlainActor;
import dev.orrery.worker.actor.SharedWorker;
import dev.orrery.worker.launch.LaunchSpec;
import dev.orrery.worker.stage.StageActor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;

/** The worker process: {@code java … dev.orrery.worker.WorkerMain <launch file>}. */
public final class WorkerMain {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerMain.class);
    private static final int USAGE = 2;

    /** Shutdown hooks are the user's; they do not keep the process. */
    private static final Duration HOOKS_DEADLINE = Duration.ofSeconds(2);

    private WorkerMain() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        boolean rehearsal = arguments.length == 2 && arguments[0].equals(LaunchSpec.REHEARSE);
        if (arguments.length != 1 && !rehearsal) {
            System.err.println("usage: WorkerMain <launch file>; node agents start workers");
            System.exit(USAGE);
        }
        Path file = Path.of(arguments[arguments.length - 1]);
        LaunchSpec launch = LaunchSpec.read(file);
        WorkerLogging.configure(launch);
        Thread.setDefaultUncaughtExceptionHandler(
                (thread, thrown) -> LOG.error("thread {} ended by an exception", thread.getName(), thrown));
        ClusterSecret secret = SecretFile.read(launch.secretFile());
        if (rehearsal) {
            Rehearsal all = new Rehearsal(launch, secret);
            all.run();
            all.loadAll();
            exit(ExitReason.stopped("rehearsed"));
        }
        if (!launch.isBound()) {
            Optional<ExitReason> useless = await(launch, secret);
            if (useless.isPresent()) {
                LOG.info(
                        "exiting with code {}: {}",
                        useless.get().code(),
                        useless.get().why());
                exit(useless.get());
            }
            launch = LaunchSpec.read(file);
            WorkerLogging.configure(launch);
        }
        exit(live(launch, parts(launch, secret)));
    }

    /** Returns why to exit, or nothing when the launch file names a life. */
    private static Optional<ExitReason> await(LaunchSpec launch, ClusterSecret secret) throws InterruptedException {
        new Rehearsal(launch, secret).run();
        try (WarmWorker warm = new WarmWorker(launch, secret, NanoClock.SYSTEM)) {
            warm.start();
            return warm.over().join();
        }
    }

    private static WorkerParts parts(LaunchSpec launch, ClusterSecret secret) {
        List<Gpu> gpus = WorkerGpus.open(launch);
        WorldOptions.Builder worlds = WorldOptions.builder()
                .bind(new HostPort(launch.bindHost(), 0))
                .advertisedHost(launch.host())
                .host(launch.worlds());
        gpus.stream().findFirst().ifPresent(worlds::gpu);
        return new WorkerParts(
                secret,
                NanoClock.SYSTEM,
                List.copyOf(gpus),
                listener -> WorldManagers.create(worlds.build(), secret, listener),
                WorkerMain::actor);
    }

    private static void exit(ExitReason reason) {
        WorkerLogging.flush();
        System.exit(reason.code());
    }

    private static ExitReason live(LaunchSpec launch, WorkerParts parts) {
        try (WorkerProcess process = new WorkerProcess(launch, parts)) {
            process.start();
            // Until here nobody knows of it, and a signal ends it as it ends any process.
            onTermination(process);
            ExitReason reason = process.exited().join();
            LOG.info("exiting with code {}: {}", reason.code(), reason.why());
            // Armed before all is closed, so that nothing can keep a worker that is over.
            haltLater(reason.code());
            return reason;
        }
    }

    private static HostedActor actor(ActorSpec spec) {
        return switch (spec.getKindCase()) {
            case STAGE -> new StageActor();
            case GATEWAY -> new dev.orrery.gateway.GatewayActor();
            case ACTOR -> spec.getActor().getHostsGuests() ? new SharedWorker() : new PlainActor();
            case KIND_NOT_SET ->
                throw OrreryException.of(
                        ErrorCode.UNSUPPORTED, "the actor is of a kind that this worker does not know");
        };
    }

    /** A handler rather than a shutdown hook: user code's own System.exit must end the process with its code, at once. */
    private static void onTermination(WorkerProcess process) {
        Signal.handle(new Signal("TERM"), signal -> process.stop("SIGTERM"));
        Signal.handle(new Signal("INT"), signal -> process.stop("SIGINT"));
    }

    private static void haltLater(int code) {
        new NamedThreads("worker-halt")
                .newThread(() -> {
                    try {
                        Thread.sleep(HOOKS_DEADLINE.toMillis());
                    } catch (InterruptedException e) {
                        LOG.debug("halting at once", e);
                    }
                    Runtime.getRuntime().halt(code);
                })
                .start();
    }
}
