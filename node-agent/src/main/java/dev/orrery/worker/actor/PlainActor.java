package dev.orrery.worker.actor;

import dev.orrery.error.Failure;
import dev.orrery.internal.client.ActorReferences;
import dev.orrery.internal.client.ClusterClient;
import dev.orrery.internal.lifecycle.NamedThreads;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.PlainActorSpec;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.serial.ForySerializer;
import dev.orrery.internal.serial.ValueCodec;
import dev.orrery.internal.store.ValueStore;
import dev.orrery.internal.task.ObjectReferences;
import dev.orrery.internal.transfer.ObjectExchange;
import dev.orrery.nccl.World;
import dev.orrery.worker.ActorEnvironment;
import dev.orrery.worker.HostedActor;
import dev.orrery.worker.actor.CallQueue.Pause;
import dev.orrery.worker.launch.LaunchSpec;
import dev.orrery.worker.loading.FunctionLoader;
import dev.orrery.worker.loading.UserCode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Hosts one plain actor, or runs tasks: its threads, its queue, the server that fills it, and its worlds. */
public final class PlainActor implements HostedActor {
    private static final int DEFAULT_MAX_CALLS = 1_000;
    private static final int SHARE_OF_HEAP = 4;
    private static final int ANSWER_THREADS = 2;
    private static final Duration ANSWER_THREADS_IDLE = Duration.ofSeconds(5);

    /** What is made once the process lends its environment. */
    private record Parts(
            ActorWorlds worlds,
            CallServer server,
            UserThreads threads,
            Tenure tenure,
            OwnJob job,
            ObjectExchange exchange,
            CpuLoan loan,
            ThreadPoolExecutor answers) {}

    private volatile Optional<Parts> parts = Optional.empty();

    @Override
    public void start(ActorEnvironment environment) {
        PlainActorSpec spec = environment.desired().getSpec().getActor();
        String label = environment.desired().getLabel();
        int maxCalls = spec.getMaxPendingCalls() > 0 ? spec.getMaxPendingCalls() : DEFAULT_MAX_CALLS;
        CallQueue queue = new CallQueue(
                maxCalls, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP, Math.max(1, spec.getMaxConcurrency()));
        CallErrors errors = errors(environment);
        ActorWorlds worlds = new ActorWorlds(label, environment.timers());
        Optional<String> name = Optional.of(spec.getName()).filter(given -> !given.isEmpty());
        Tenure tenure = tenure(environment);
        ObjectExchange exchange = exchange(environment);
        OwnJob job = new OwnJob(environment, exchange);
        AtomicBoolean stopping = new AtomicBoolean();
        ActorExit exit = new ActorExit(
                environment.life(),
                queue,
                errors,
                wish -> job.client().call(Protocol.KILL_ACTOR, wish, ClusterClient.DEFAULT_CALL_TIMEOUT),
                stopping::get);
        KeptResults results = new KeptResults(exchange, environment.timers());
        CpuLoan loan = loan(environment, queue, errors);
        CallServer server = new CallServer(
                environment, queue, maxCalls, errors, tenure, results, new Retirement(exchange.references(), loan));
        UserCode code = new UserCode(environment.launch().artifacts());
        ValueCodec values = new ValueCodec(new ForySerializer(
                code.classLoader(),
                List.of(
                        new ActorReferences(job::client, code.classLoader()),
                        new ObjectReferences(job::client, code.classLoader()))));
        FunctionLoader functions = new FunctionLoader(code);
        ThreadPoolExecutor answers = answers(label);
        UserWork work = spec.getRunsTasks()
                ? new TaskWork(environment, functions, values, queue, errors, stopping::get, job, exchange, results)
                : new ActorWork(
                        spec,
                        new SelfContext(environment.life(), name, environment.devices(), worlds, job, exit),
                        functions,
                        values,
                        errors,
                        stopping::get,
                        tenure,
                        answers,
                        exchange,
                        results);
        UserThreads threads = new UserThreads(
                environment, new UserThreads.Calls(queue, errors, loan), code, work, server::start, tenure, stopping);
        parts = Optional.of(new Parts(worlds, server, threads, tenure, job, exchange, loan, answers));
        onDesired(environment.desired());
        tenure.start();
        threads.start();
    }

    /** Has threads only while there are such answers. */
    private static ThreadPoolExecutor answers(String label) {
        ThreadPoolExecutor answers = new ThreadPoolExecutor(
                ANSWER_THREADS,
                ANSWER_THREADS,
                ANSWER_THREADS_IDLE.toMillis(),
                TimeUnit.MILLISECONDS,
                new LinkedBlockingQueue<>(),
                new NamedThreads("answers-" + label));
        answers.allowCoreThreadTimeOut(true);
        return answers;
    }

    private static ObjectExchange exchange(ActorEnvironment environment) {
        LaunchSpec launch = environment.launch();
        return new ObjectExchange(
                new ObjectExchange.Settings(
                        environment.identity(),
                        new HostPort(launch.bindHost(), 0),
                        launch::host,
                        "worker %s on node %s".formatted(environment.life().getActor(), launch.node())),
                new ValueStore(launch.worlds().hostId()));
    }

    private static CallErrors errors(ActorEnvironment environment) {
        return new CallErrors(
                environment.desired().getLabel(),
                environment.life(),
                environment.launch().host(),
                environment.launch().outputLog().toString());
    }

    private static Tenure tenure(ActorEnvironment environment) {
        DesiredWorker desired = environment.desired();
        return desired.getSpec().getActor().getExclusive()
                ? new Lease(desired.getLabel(), environment::renewLease, environment.clock(), environment.timers())
                : Tenure.UNLIMITED;
    }

    private static CpuLoan loan(ActorEnvironment environment, CallQueue queue, CallErrors errors) {
        if (!environment.desired().getSpec().getActor().getRunsTasks()) {
            return new CpuLoan(environment::changed, environment::changed);
        }
        // What waits behind a task that waits could be what that waits for.
        return new CpuLoan(
                () -> {
                    queue.pause(Pause.WAITS).forEach(waiting -> waiting.fail(errors.notBegun()));
                    environment.changed();
                },
                () -> {
                    queue.resume(Pause.WAITS);
                    environment.changed();
                });
    }

    private Parts parts() {
        return parts.orElseThrow(() -> new IllegalStateException("the actor was not started"));
    }

    @Override
    public void onDesired(DesiredWorker desired) {
        parts().worlds().onDesired(desired.getWorldsList());
    }

    @Override
    public void onWorldReady(World world) {
        parts().worlds().onReady(world);
    }

    @Override
    public void onWorldEnded(long world, WorldState state, Optional<Failure> cause) {
        parts().worlds().onEnded(world, state, cause);
    }

    @Override
    public WorkerState state() {
        return parts().threads().isOpen() ? WorkerState.OPEN : WorkerState.OPENING;
    }

    @Override
    public void contributeTo(WorkerReport.Builder report) {
        parts().server().address().ifPresent(address -> report.setRpcAddress(address.toMessage()));
        report.setLendsCpus(parts().loan().isLent());
    }

    @Override
    public boolean linked() {
        return parts().server().linked();
    }

    /** It waits for sockets, so it has a thread of its own. */
    private static CompletableFuture<Void> close(ObjectExchange exchange) {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        new NamedThreads("objects-close")
                .newThread(() -> {
                    exchange.close();
                    closed.complete(null);
                })
                .start();
        return closed;
    }

    @Override
    public CompletableFuture<Void> stop() {
        return parts.map(here -> here.threads().stop().thenCompose(ended -> {
                    here.answers().shutdownNow();
                    here.tenure().close();
                    here.worlds().close();
                    return CompletableFuture.allOf(
                                    here.job().close(), here.server().close())
                            .thenCompose(closed -> close(here.exchange()));
                }))
                .orElseGet(() -> CompletableFuture.completedFuture(null));
    }
}
