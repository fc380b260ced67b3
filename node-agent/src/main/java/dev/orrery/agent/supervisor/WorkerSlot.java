package dev.orrery.agent.supervisor;

import dev.orrery.agent.process.ExitStatus;
import dev.orrery.agent.process.ProcessId;
import dev.orrery.agent.process.WorkerFolder;
import dev.orrery.agent.slot.SlotObservation.Work;
import dev.orrery.agent.slot.SlotState;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.Failure;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.rpc.RpcConnection;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What the supervisor holds of one life. Only the supervisor's thread touches it. */
final class WorkerSlot {
    final ActorLife life;
    final WorkerFolder folder;
    SlotState state;
    long deadline;
    /** Empty until the launch. */
    String nonce = "";

    /** Whether this life was found, not launched, by this agent. */
    boolean adopted;

    boolean superseded;
    /** What the newest desired set says of this life; empty when it does not name it. */
    Optional<DesiredWorker> desired = Optional.empty();

    /** UUIDs of the GPUs that are this life's. */
    List<String> gpus = List.of();

    Work preparation = Work.PENDING;
    List<Path> artifacts = List.of();
    Work fork = Work.PENDING;
    Optional<ProcessId> process = Optional.empty();
    Optional<RpcConnection> connection = Optional.empty();
    /** Since when it has no connection any more; none while it has not had one yet. */
    Optional<Long> awaySince = Optional.empty();

    /** It has been so for too long. */
    boolean silent;
    /** What the present connection was told last. */
    Optional<DesiredWorker> told = Optional.empty();

    Optional<WorkerReport> reported = Optional.empty();
    /** Why this agent ended it, or could not start it. */
    Optional<Failure> cause = Optional.empty();

    /** This node can launch nothing now; it is not this life's fault. */
    boolean notLaunched;

    Optional<ExitStatus> exit = Optional.empty();
    /** Until when the shim of the dead worker may tell how that ended. */
    Optional<Long> tellBy = Optional.empty();
    /** Nothing that the process has started is left. */
    boolean cleared;
    /** Final, with EXITED. */
    Optional<Failure> failure = Optional.empty();

    WorkerSlot(ActorLife life, WorkerFolder folder, SlotState state) {
        this.life = life;
        this.folder = folder;
        this.state = state;
    }

    /** Has called in over a connection that is up. */
    boolean isConnected() {
        return connection.isPresent();
    }

    String name() {
        return desired.map(DesiredWorker::getLabel).orElse("") + " " + life.getActor() + "-" + life.getIncarnation();
    }
}
