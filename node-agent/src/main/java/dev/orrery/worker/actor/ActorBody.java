package dev.orrery.worker.actor;

import dev.orrery.internal.client.ClusterClient;
import dev.orrery.internal.lifecycle.NamedThreads;
import dev.orrery.internal.proto.PlainActorSpec;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.worker.ActorEnvironment;
import dev.orrery.worker.actor.CallQueue.Pause;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One life of a plain actor, or what runs tasks: its threads, its worlds and what it may ask of the cluster, wherever its calls come
 * in.
 */
record ActorBody(
        ActorWorlds worlds,
        UserThreads threads,
        Tenure tenure,
        OwnJob job,
        CpuLoan loan,
        ThreadPoolExecutor answers,
        Checkpoints checkpoints) {
    /** For the leader to save a state, or to tell of one, before it is asked again. */
    private static final Duration SAVE_TIMEOUT = Duration.ofSeconds(5);

    private static final int ANSWER_THREADS = 2;
    private static final Duration ANSWER_THREADS_IDLE = Duration.ofSeconds(5);

    /**
     * What it may use beside its code.
     *
     * @param job its own
     * @param asking who asks the leader about the actor itself: one way there serves all that live in a worker
     * @param objects of its worker
     */
    record Possessions(OwnJob job, OwnJob asking, WorkerObjects objects) {}

    /** @param listen what lets calls in, and may take a moment */
    static ActorBody of(
            ActorEnvironment environment, CallIntake intake, ActorCode code, Possessions has, Runnable listen) {
        OwnJob job = has.job();
        PlainActorSpec spec = environment.desired().getSpec().getActor();
        String label = environment.desired().getLabel();
        CallQueue queue = intake.queue();
        CallErrors errors = intake.errors();
        ActorWorlds worlds = new ActorWorlds(label, environment.timers());
        AtomicBoolean stopping = new AtomicBoolean();
        CpuLoan loan = loan(environment, queue, errors);
        ThreadPoolExecutor answers = answers(label);
        Checkpoints checkpoints = checkpoints(environment, code, has.asking(), answers);
        UserWork work = spec.getRunsTasks()
                ? new TaskWork(
                        environment,
                        code.functions(),
                        code.values(),
                        queue,
                        errors,
                        stopping::get,
                        job,
                        has.objects().exchange(),
                        has.objects().results())
                : new ActorWork(
                        spec,
                        new SelfContext(
                                environment.life(),
                                Optional.of(spec.getName()).filter(given -> !given.isEmpty()),
                                job.namespace(),
                                environment.devices(),
                                worlds,
                                job,
                                exit(environment, intake, has.asking(), stopping),
                                checkpoints),
                        code.functions(),
                        code.values(),
                        errors,
                        stopping::get,
                        intake.tenure(),
                        answers,
                        has.objects().exchange(),
                        has.objects().results());
        UserThreads threads = new UserThreads(
                environment,
                new UserThreads.Calls(queue, errors, loan),
                code.code(),
                work,
                listen,
                intake.tenure(),
                stopping);
        return new ActorBody(worlds, threads, intake.tenure(), job, loan, answers, checkpoints);
    }

    private static ActorExit exit(
            ActorEnvironment environment, CallIntake intake, OwnJob asking, AtomicBoolean stopping) {
        return new ActorExit(
                environment.life(),
                intake.queue(),
                intake.errors(),
                wish -> asking.client().call(Protocol.KILL_ACTOR, wish, ClusterClient.DEFAULT_CALL_TIMEOUT),
                stopping::get);
    }

    private static Checkpoints checkpoints(
            ActorEnvironment environment, ActorCode code, OwnJob asking, ThreadPoolExecutor answers) {
        PlainActorSpec spec = environment.desired().getSpec().getActor();
        CheckpointSaves saves = new CheckpointSaves(
                environment.life(),
                save -> asking.client().leader().call(Protocol.SAVE_CHECKPOINT, save, SAVE_TIMEOUT),
                environment.clock(),
                environment.timers());
        EarlierCheckpoint earlier = new EarlierCheckpoint(
                environment.life(),
                load -> asking.client().call(Protocol.LOAD_CHECKPOINT, load, SAVE_TIMEOUT),
                Duration.ofMillis(spec.getOpenTimeoutMillis()),
                environment.clock());
        return new Checkpoints(
                environment.desired().getLabel(),
                spec,
                code.values(),
                saves,
                earlier::get,
                environment.clock(),
                answers);
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

    void start() {
        tenure.start();
        threads.start();
    }

    /** Completes when nothing of it runs any more, or its time is over; then its job is to be closed. */
    CompletableFuture<Void> stop() {
        // What waits for the leader does not hold up the end.
        checkpoints.close();
        return threads.stop().thenRun(() -> {
            answers.shutdownNow();
            tenure.close();
            worlds.close();
        });
    }
}
