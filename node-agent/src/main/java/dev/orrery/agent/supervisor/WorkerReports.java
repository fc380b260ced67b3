package dev.orrery.agent.supervisor;

import dev.orrery.agent.process.ExitStatus;
import dev.orrery.agent.process.ProcessId;
import dev.orrery.agent.slot.SlotState;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.Failure;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import java.util.List;
import java.util.Optional;

/** What the leader is told of a life: what its worker says, within what the agent knows. */
final class WorkerReports {
    private static final int MAX_CHAIN = 20;

    private WorkerReports() {}

    /**
     * @param pid 0 while unknown
     * @param gpus that are this life's
     * @param reported the worker's own newest report
     * @param failure of an ended life
     */
    record Known(
            ActorLife life,
            String nonce,
            long pid,
            SlotState state,
            String logPath,
            List<String> gpus,
            Optional<WorkerReport> reported,
            Optional<Failure> failure) {}

    static WorkerReport of(WorkerSlot slot) {
        return merged(new Known(
                        slot.life,
                        slot.nonce,
                        slot.process.map(ProcessId::pid).orElse(0L),
                        slot.state,
                        slot.folder.output().toString(),
                        slot.gpus,
                        slot.reported,
                        slot.failure))
                .setNotLaunched(slot.notLaunched)
                .build();
    }

    static WorkerReport merge(Known known) {
        return merged(known).build();
    }

    private static WorkerReport.Builder merged(Known known) {
        WorkerReport.Builder report =
                known.reported().map(WorkerReport::toBuilder).orElseGet(WorkerReport::newBuilder);
        report.clearGpus()
                .setLife(known.life())
                .setNonce(known.nonce())
                .setPid(known.pid())
                .setLogPath(known.logPath())
                .addAllGpus(known.gpus())
                .setState(state(known.state(), known.reported().map(WorkerReport::getState)));
        if (known.state() == SlotState.EXITED) {
            // Its worlds, addresses and gateway ended with it.
            report.clearWorlds().clearGpus().clearGateway().clearDataAddress().clearRpcAddress();
            known.failure().ifPresentOrElse(report::setFailure, report::clearFailure);
        }
        return report;
    }

    private static WorkerState state(SlotState slot, Optional<WorkerState> said) {
        return switch (slot) {
            case PREPARING, LAUNCHING, REGISTERING -> WorkerState.LAUNCHING;
            // Before its first report nothing is known of it, of its worlds least of all.
            case RUNNING -> said.map(WorkerReports::running).orElse(WorkerState.LAUNCHING);
            case STOPPING, TERMINATING, KILLING, CLEARING -> WorkerState.STOPPING;
            case EXITED -> WorkerState.EXITED;
        };
    }

    private static WorkerState running(WorkerState said) {
        return switch (said) {
            case OPEN, STOPPING -> said;
            // A worker that says so is on its way out; only its process's end makes it so.
            case EXITED -> WorkerState.STOPPING;
            case LAUNCHING, OPENING, WORKER_STATE_UNSPECIFIED, UNRECOGNIZED -> WorkerState.OPENING;
        };
    }

    /** Where a failure happened, for people who look into it. */
    record Place(String host, String logPath, String outputTail) {}

    /** First cause first: what the worker said, then why the agent ended it, then how its process ended. */
    static Failure ended(Optional<Failure> said, Optional<Failure> cause, ExitStatus status, Place place) {
        Failure exit = Failure.newBuilder()
                .setKind(kind(status))
                .setMessage(message(status))
                .setStackTrace(place.outputTail().isEmpty() ? "" : "last output:\n" + place.outputTail())
                .setHost(place.host())
                .setLogPath(place.logPath())
                .build();
        Failure chain = cause.map(first -> causing(first, exit, MAX_CHAIN)).orElse(exit);
        chain = said.isPresent() ? causing(said.get(), chain, MAX_CHAIN) : chain;
        Failure.Builder first = chain.toBuilder();
        if (first.getHost().isEmpty()) {
            first.setHost(place.host()).setLogPath(place.logPath());
        }
        return first.build();
    }

    private static Failure causing(Failure first, Failure last, int depth) {
        Failure rest = first.hasConsequence() && depth > 0 ? causing(first.getConsequence(), last, depth - 1) : last;
        return first.toBuilder().setConsequence(rest).build();
    }

    private static String kind(ExitStatus status) {
        if (status instanceof ExitStatus.Signal) {
            return "signal";
        }
        return status instanceof ExitStatus.NotStarted ? "launch" : "exit";
    }

    private static String message(ExitStatus status) {
        if (status instanceof ExitStatus.Code code) {
            return "the worker exited with code " + code.code();
        }
        if (status instanceof ExitStatus.Signal signal) {
            return "the worker was ended by signal " + signal.number();
        }
        if (status instanceof ExitStatus.Lost lost) {
            return "the worker is gone; " + lost.why();
        }
        return "the worker was not started: " + ((ExitStatus.NotStarted) status).why();
    }
}
