package dev.orrery.worker.actor;

import dev.orrery.error.Failure;
import dev.orrery.internal.proto.ActorCallRequest;
import dev.orrery.internal.proto.ActorCallResponse;
import dev.orrery.internal.proto.Guest;
import dev.orrery.internal.proto.GuestReport;
import dev.orrery.internal.proto.WorkerState;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.worker.ActorEnvironment;
import dev.orrery.worker.FailureText;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One life of an actor in a worker that it shares: from its constructor to its end, of which the others feel nothing. */
final class GuestLife {
    private static final Logger LOG = LoggerFactory.getLogger(GuestLife.class);

    private final ActorEnvironment worker;
    private final Guest guest;
    private final CallIntake intake;
    private final ActorBody body;
    private Optional<Failure> failure = Optional.empty();
    private Optional<CompletableFuture<Void>> ending = Optional.empty();

    GuestLife(ActorEnvironment worker, Guest guest, ActorCode code, WorkerObjects objects) {
        this.worker = worker;
        this.guest = guest;
        GuestEnvironment environment =
                GuestEnvironment.of(worker, guest, this::fail, how -> LOG.info("guest {}: {}", guest.getLabel(), how));
        this.intake = CallIntake.of(environment);
        OwnJob job = new OwnJob(environment, objects.exchange());
        this.body = ActorBody.of(environment, intake, code, new ActorBody.Possessions(job, objects), () -> {});
    }

    void start() {
        body.start();
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
        var unused = body.stop().thenCompose(stopped -> body.job().close()).thenRun(() -> end.complete(null));
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
