package dev.orrery.agent.supervisor;

import dev.orrery.agent.process.CannotLaunchException;
import dev.orrery.agent.process.ExitStatus;
import dev.orrery.agent.slot.SlotEffect;
import dev.orrery.agent.slot.SlotEvent;
import dev.orrery.agent.slot.SlotObservation.Work;
import dev.orrery.agent.slot.SlotState;
import dev.orrery.internal.proto.Assignment;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.Failure;
import dev.orrery.internal.proto.Stamp;
import dev.orrery.internal.proto.StopWorker;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.Protocol;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does what the rules of a slot ask for, and puts into words why a life ended. */
final class SlotActions {
    private static final Logger LOG = LoggerFactory.getLogger(SlotActions.class);

    private final WorkerHost host;
    private final SupervisorSettings settings;

    SlotActions(WorkerHost host, SupervisorSettings settings) {
        this.host = host;
        this.settings = settings;
    }

    /** @param again called when an effect has gone on elsewhere */
    void perform(WorkerSlot slot, SlotEffect effect, Consumer<WorkerSlot> again) {
        switch (effect) {
            case LAUNCH -> launch(slot, again);
            case ASK_TO_STOP -> askToStop(slot);
            case TERMINATE -> slot.process.ifPresent(host::terminate);
            case KILL -> kill(slot);
            case END_STRAYS -> endStrays(slot, again);
            case CLEAN_UP -> cleanUp(slot);
        }
    }

    /** The process of a slot has become known after the slot was told to end. */
    void repeat(WorkerSlot slot) {
        if (slot.state == SlotState.TERMINATING) {
            slot.process.ifPresent(host::terminate);
        } else if (slot.state == SlotState.KILLING) {
            kill(slot);
        }
    }

    private void kill(WorkerSlot slot) {
        slot.process.ifPresentOrElse(host::kill, () -> {
            // A shim that could not write down whom it started; what it has not started yet it will not.
            var unused = host.endStrays(slot.folder, slot.nonce);
        });
    }

    private void endStrays(WorkerSlot slot, Consumer<WorkerSlot> again) {
        host.endStrays(slot.folder, slot.nonce).thenRun(() -> {
            slot.cleared = true;
            again.accept(slot);
        });
    }

    /** Something holds up the shim of a dead worker, such as SIGSTOP: how the worker ended will not be known. */
    void giveUpShim(WorkerSlot slot) {
        LOG.warn("worker {} is dead, and its shim does not say how; ending that", slot.name());
        var unused = host.endStrays(slot.folder, slot.nonce);
    }

    private void launch(WorkerSlot slot, Consumer<WorkerSlot> again) {
        // Only a desired life is launched, and losing the wish meanwhile does not change what was to be launched.
        DesiredWorker worker = slot.desired.orElseThrow();
        slot.nonce = host.nonceFor(worker);
        host.launch(worker, slot.nonce, slot.artifacts).whenComplete((done, failure) -> {
            slot.fork = failure == null ? Work.DONE : Work.FAILED;
            if (failure != null) {
                notStarted(slot, failure);
            }
            again.accept(slot);
        });
    }

    /** Nothing of it runs. */
    void notStarted(WorkerSlot slot, Throwable thrown) {
        if (ErrorCodec.unwrap(thrown) instanceof CannotLaunchException refused) {
            slot.notLaunched = true;
            slot.cause = Optional.of(failure("node", "node cannot launch: " + refused.getMessage()));
        } else {
            slot.cause = Optional.of(failure(thrown));
        }
    }

    private static void askToStop(WorkerSlot slot) {
        StopWorker notice =
                StopWorker.newBuilder().setWhy("not wanted any more").build();
        slot.connection.ifPresent(connection -> connection.notify(Protocol.STOP_WORKER, notice));
    }

    void assign(WorkerSlot slot, Stamp stamp) {
        Assignment assignment = Assignment.newBuilder()
                .setStamp(stamp)
                .setDesired(slot.desired.orElseThrow())
                .build();
        slot.connection.ifPresent(connection -> connection.notify(Protocol.ASSIGNMENT, assignment));
    }

    private void cleanUp(WorkerSlot slot) {
        slot.connection = Optional.empty();
        slot.failure = Optional.of(ending(slot));
        LOG.info("worker {} has ended: {}", slot.name(), summary(slot.failure.get()));
        host.ended(slot.folder);
    }

    private Failure ending(WorkerSlot slot) {
        ExitStatus notStarted = new ExitStatus.NotStarted("it was not wanted any more");
        if (slot.exit.isEmpty()) {
            return slot.cause.orElseGet(() -> WorkerReports.ended(
                    Optional.empty(), Optional.empty(), notStarted, new WorkerReports.Place(settings.host(), "", "")));
        }
        Optional<Failure> said = slot.reported
                .filter(WorkerReport::hasFailure)
                .map(WorkerReport::getFailure)
                .or(slot.folder::lastWords);
        WorkerReports.Place place =
                new WorkerReports.Place(settings.host(), slot.folder.output().toString(), host.outputTail(slot.folder));
        return WorkerReports.ended(said, slot.cause, slot.exit.get(), place);
    }

    /** What this agent's own decision means to a user. */
    void explain(WorkerSlot slot, SlotEvent event) {
        Duration limit = settings.times(slot).open();
        if (event == SlotEvent.OVERDUE && slot.cause.isEmpty()) {
            String late =
                    switch (slot.state) {
                        case PREPARING -> "its artifacts were not there";
                        case REGISTERING -> "its process did not call in";
                        case RUNNING -> "its open() did not end";
                        // Slow to stop, which is nobody's failure.
                        case LAUNCHING, STOPPING, TERMINATING, KILLING, CLEARING, EXITED -> "";
                    };
            if (!late.isEmpty()) {
                slot.cause = Optional.of(failure("open-timeout", late + " within " + limit.toMillis() + " ms"));
            }
        }
        if (event == SlotEvent.SILENT && slot.cause.isEmpty()) {
            String silence = "its process was there, but not connected for "
                    + settings.silence().toMillis() + " ms: it was stopped, or hung";
            slot.cause = Optional.of(failure("silent", silence));
        }
        if (event == SlotEvent.SUPERSEDED && slot.cause.isEmpty()) {
            slot.cause = Optional.of(failure("superseded", "a later incarnation of the actor took its place"));
        }
    }

    Failure failure(String kind, String message) {
        return Failure.newBuilder()
                .setKind(kind)
                .setMessage(message)
                .setHost(settings.host())
                .build();
    }

    private Failure failure(Throwable thrown) {
        Failure cause = ErrorCodec.toMessage(dev.orrery.error.Failure.of(ErrorCodec.unwrap(thrown)));
        return failure("launch", thrown(cause));
    }

    private static String thrown(Failure cause) {
        String type = cause.getKind().substring(cause.getKind().lastIndexOf('.') + 1);
        String outer = cause.hasConsequence() ? cause.getConsequence().getMessage() + ": " : "";
        return outer + type + ": " + cause.getMessage();
    }

    private static String summary(Failure failure) {
        return ErrorCodec.fromMessage(failure).summary();
    }
}
