package dev.orrery.worker.actor;

import dev.orrery.error.Failure;
import dev.orrery.internal.proto.ActorCallRequest;
import dev.orrery.internal.proto.ActorCallResponse;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.Guest;
import dev.orrery.internal.proto.GuestReport;
import dev.orrery.internal.proto.WorkerState;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.worker.ActorEnvironment;
import dev.orrery.worker.FailureText;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One life of an actor in a worker that it shares: from its constructor to its end, of which the others feel nothing. */
final class GuestLife {
    private static final Logger LOG = LoggerFactory.getLogger(GuestLife.class);

    /** As long as an actor in a worker of its own may take. */
    private static final Duration END_LIMIT = Duration.ofSeconds(6);

    private final ActorEnvironment worker;
    private final Guest guest;
    private final CallIntake intake;
    private final ActorBody body;
    private Optional<Failure> failure = Optional.empty();
    private Optional<CompletableFuture<Void>> ending = Optional.empty();

    /**
     * What all guests of a worker use.
     *
     * @param asking asks the leader about them
     * @param queued of all their calls
     */
    record House(
            ActorEnvironment environment, OwnJob asking, WorkerObjects objects, ActorCode code, QueuedBytes queued) {}

    GuestLife(House house, Guest guest) {
        this.worker = house.environment();
        this.guest = guest;
        GuestEnvironment environment =
                GuestEnvironment.of(worker, guest, this::fail, how -> LOG.info("guest {}: {}", guest.getLabel(), how));
        this.intake = CallIntake.of(environment, house.queued());
        OwnJob job = new OwnJob(environment, house.objects().exchange());
        this.body = ActorBody.of(
                environment,
                intake,
                house.code(),
                new ActorBody.Possessions(job, house.asking(), house.objects()),
                () -> {});
    }

    ActorLife life() {
        return guest.getLife();
    }

    void start() {
        try {
            body.start();
        } catch (OutOfMemoryError e) {
            // There is no thread to be had, which is no reason to end those that have one.
            fail(Failure.of(e));
        }
    }

    CompletableFuture<ActorCallResponse> call(RpcConnection caller, ActorCallRequest request) {
        return intake.call(caller, request);
    }

    /** It cannot go on, and that is reported once nothing of it runs any more. */
    private void fail(Failure first) {
        synchronized (this) {
            if (failure.isPresent() || ending.isPresent()) {
                return;
            }
            failure = Optional.of(
                    first.at(worker.launch().host(), worker.launch().outputLog().toString()));
        }
        LOG.error("actor {} failed: {}", guest.getLabel(), FailureText.of(first));
        var unused = end().thenRun(worker::changed);
    }

    /** Ends it in good order, in bounded time. Idempotent. */
    CompletableFuture<Void> end() {
        CompletableFuture<Void> end;
        synchronized (this) {
            if (ending.isPresent()) {
                return ending.get();
            }
            end = new CompletableFuture<>();
            ending = Optional.of(end);
        }
        var unused = body.stop()
                .thenCompose(stopped -> body.job().close())
                .orTimeout(END_LIMIT.toNanos(), TimeUnit.NANOSECONDS)
                .whenComplete((ended, trouble) -> {
                    if (trouble != null) {
                        LOG.warn("actor {} did not end in good order", guest.getLabel(), trouble);
                    }
                    end.complete(null);
                });
        return end;
    }

    synchronized GuestReport report() {
        GuestReport.Builder report = GuestReport.newBuilder()
                .setLife(guest.getLife())
                .setState(state())
                .setLendsCpus(body.loan().isLent());
        failure.ifPresent(why -> report.setFailure(ErrorCodec.toMessage(why)));
        return report.build();
    }

    private WorkerState state() {
        if (ending.isPresent()) {
            return ending.get().isDone() ? WorkerState.EXITED : WorkerState.STOPPING;
        }
        return body.threads().isOpen() ? WorkerState.OPEN : WorkerState.OPENING;
    }
}
