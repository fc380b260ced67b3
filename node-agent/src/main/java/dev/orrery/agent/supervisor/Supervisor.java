package dev.orrery.agent.supervisor;

import dev.orrery.agent.process.WorkerFolder;
import dev.orrery.agent.slot.SlotEvent;
import dev.orrery.agent.slot.SlotObservation;
import dev.orrery.agent.slot.SlotObservation.Work;
import dev.orrery.agent.slot.SlotRules;
import dev.orrery.agent.slot.SlotState;
import dev.orrery.agent.slot.SlotStep;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.DesiredSet;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.NodeReport;
import dev.orrery.internal.proto.Stamp;
import dev.orrery.internal.proto.WorkerHello;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import dev.orrery.internal.proto.WorkerWelcome;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.time.NanoClock;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the workers of this node to what the desired set says. Level-triggered: every call looks at what is known and
 * does what follows from it. Not thread-safe: one thread calls everything here.
 */
public final class Supervisor {
    private static final Logger LOG = LoggerFactory.getLogger(Supervisor.class);

    private final WorkerHost host;
    private final NanoClock clock;
    private final SupervisorSettings settings;
    private final SlotActions actions;
    private final SilenceWatch silences;
    private final ProcessLook processes;
    private final Runnable changed;
    private final Map<ActorLife, WorkerSlot> slots = new LinkedHashMap<>();
    private Optional<DesiredSet> set = Optional.empty();
    private long adoptionEnd;
    private boolean adopting;
    private boolean stopping;

    /** @param changed runs after each change of what {@link #report} tells */
    public Supervisor(WorkerHost host, NanoClock clock, SupervisorSettings settings, Runnable changed) {
        this.host = host;
        this.clock = clock;
        this.settings = settings;
        this.actions = new SlotActions(host, settings);
        this.silences = new SilenceWatch(settings.silence().toNanos());
        this.processes = new ProcessLook(host, clock, settings, actions);
        this.changed = changed;
    }

    /** Takes over what an agent before this one has left: first its workers, then its desired set. */
    public void start(Collection<FoundWorker> found, Optional<DesiredSet> recorded) {
        adopting = true;
        adoptionEnd = clock.nanoTime() + settings.adoptionWindow().toNanos();
        for (FoundWorker worker : found) {
            Optional<Boolean> named = recorded.map(desired -> desired.getWorkersList().stream()
                    .anyMatch(wanted -> wanted.getLife().equals(worker.spec().life())));
            adopt(worker, Adoption.decide(worker, named));
        }
        recorded.ifPresent(this::apply);
        // When they were launched is not known; they get the whole time that the set gives them.
        slots.values().stream()
                .filter(slot -> slot.adopted)
                .forEach(slot -> slot.deadline =
                        clock.nanoTime() + settings.times(slot).open().toNanos());
        stepAll();
        checkAdoption();
    }

    private void adopt(FoundWorker worker, Adoption adoption) {
        if (adoption instanceof Adoption.Forget) {
            host.forgotten(worker.folder());
            return;
        }
        WorkerSlot slot = new WorkerSlot(worker.spec().life(), worker.folder(), SlotState.REGISTERING);
        slot.nonce = worker.spec().nonce();
        slot.gpus = worker.spec().gpu().devices();
        slot.adopted = true;
        slot.deadline = clock.nanoTime() + settings.times(slot).open().toNanos();
        if (adoption instanceof Adoption.Ended ended) {
            slot.exit = Optional.of(ended.status());
        } else if (worker.calledIn()) {
            slot.awaySince = Optional.of(clock.nanoTime());
        }
        slots.put(slot.life, slot);
        LOG.info("found worker {} in {}: {}", slot.name(), worker.folder().root(), worker.verdict());
        look(slot);
    }

    /** Follows a set that the caller has chosen to follow. */
    public void apply(DesiredSet newest) {
        set = Optional.of(newest);
        Map<ActorLife, DesiredWorker> wanted = new LinkedHashMap<>();
        Map<String, Long> latest = new HashMap<>();
        for (DesiredWorker worker : newest.getWorkersList()) {
            wanted.put(worker.getLife(), worker);
            latest.merge(worker.getLife().getActor(), worker.getLife().getIncarnation(), Math::max);
        }
        wanted.values().forEach(worker -> slots.computeIfAbsent(worker.getLife(), life -> create(worker)));
        for (WorkerSlot slot : slots.values()) {
            slot.desired = Optional.ofNullable(wanted.get(slot.life));
            long newer = latest.getOrDefault(slot.life.getActor(), 0L);
            slot.superseded = slot.superseded || newer > slot.life.getIncarnation();
        }
        stepAll();
        slots.values().forEach(this::tell);
        changed.run();
    }

    private WorkerSlot create(DesiredWorker worker) {
        WorkerFolder folder = host.folder(worker.getLife());
        WorkerSlot slot = new WorkerSlot(worker.getLife(), folder, SlotState.PREPARING);
        slot.desired = Optional.of(worker);
        slot.gpus = worker.getGpusList();
        slot.deadline = clock.nanoTime() + settings.times(slot).open().toNanos();
        if (host.launchedBefore(folder)) {
            // It ran here, was dropped, and is asked for again; a life is never started twice.
            slot.cause = Optional.of(actions.failure("launch", "this life has been on this node before"));
            slot.preparation = Work.FAILED;
            return slot;
        }
        host.prepare(worker.getSpec().getArtifactsList()).whenComplete((artifacts, failure) -> {
            slot.preparation = failure == null ? Work.DONE : Work.FAILED;
            if (failure == null) {
                slot.artifacts = artifacts;
            } else {
                actions.notStarted(slot, failure);
            }
            step(slot);
        });
        return slot;
    }

    /** Answers a process that calls in. */
    public WorkerWelcome register(RpcConnection connection, WorkerHello hello) {
        WorkerSlot slot = slots.get(hello.getLife());
        WorkerWelcome.Builder welcome = WorkerWelcome.newBuilder().setNode(settings.node());
        boolean known = slot != null && !slot.nonce.isEmpty() && slot.nonce.equals(hello.getNonce());
        if (!known || !mayCallIn(slot)) {
            LOG.warn(
                    "told pid {} of {}-{} to exit: {}",
                    hello.getPid(),
                    hello.getLife().getActor(),
                    hello.getLife().getIncarnation(),
                    known ? "that life is being ended" : "it was not launched by this node");
            return welcome.setSuperseded(true).build();
        }
        Optional<RpcConnection> before = slot.connection;
        slot.connection = Optional.of(connection);
        slot.told = slot.desired;
        before.filter(old -> old != connection).ifPresent(RpcConnection::close);
        host.calledIn(slot.folder);
        look(slot);
        step(slot);
        LOG.info("worker {} (pid {}) called in", slot.name(), hello.getPid());
        set.ifPresent(newest -> welcome.setStamp(newest.getStamp()));
        slot.desired.ifPresent(welcome::setDesired);
        return welcome.build();
    }

    /** Whether the process of this nonce is to serve a life, although it may not know yet which. */
    public boolean isBound(String nonce) {
        return slots.values().stream().anyMatch(slot -> slot.nonce.equals(nonce) && mayCallIn(slot));
    }

    /** Whether some life is on its way to serve: then nothing else should use the processors. */
    public boolean isStarting() {
        return slots.values().stream().anyMatch(slot -> switch (slot.state) {
            case PREPARING, LAUNCHING, REGISTERING -> true;
            case RUNNING -> !isOpen(slot);
            case STOPPING, TERMINATING, KILLING, CLEARING, EXITED -> false;
        });
    }

    private static boolean isOpen(WorkerSlot slot) {
        return slot.reported
                .filter(report -> report.getState() == WorkerState.OPEN)
                .isPresent();
    }

    private boolean mayCallIn(WorkerSlot slot) {
        return switch (slot.state) {
            case LAUNCHING, REGISTERING, RUNNING -> wanted(slot) && !slot.superseded;
            case PREPARING, STOPPING, TERMINATING, KILLING, CLEARING, EXITED -> false;
        };
    }

    /** A worker's complete report. */
    public void reported(RpcConnection connection, WorkerReport report) {
        find(connection).ifPresent(slot -> {
            slot.reported = Optional.of(report);
            step(slot);
            checkAdoption();
            changed.run();
        });
    }

    public void disconnected(RpcConnection connection, String why) {
        find(connection).ifPresent(slot -> {
            LOG.info("worker {} is not connected any more: {}", slot.name(), why);
            slot.connection = Optional.empty();
            slot.told = Optional.empty();
            slot.awaySince = Optional.of(clock.nanoTime());
            lookClosely(slot, clock.nanoTime() + settings.closeLook().toNanos());
        });
    }

    /** A connection that ends mostly means a process that ends; whoever waits for that waits no longer than it takes. */
    private void lookClosely(WorkerSlot slot, long end) {
        look(slot);
        step(slot);
        boolean over = slot.state == SlotState.EXITED || slot.isConnected() || clock.nanoTime() - end >= 0;
        if (!over) {
            host.later(settings.closeLookInterval(), () -> lookClosely(slot, end));
        }
    }

    private Optional<WorkerSlot> find(RpcConnection connection) {
        return slots.values().stream()
                .filter(slot -> slot.connection.filter(own -> own == connection).isPresent())
                .findFirst();
    }

    /** Something has changed in a worker's folder. */
    public void touched(WorkerFolder folder) {
        for (WorkerSlot slot : List.copyOf(slots.values())) {
            if (slot.folder.equals(folder)) {
                look(slot);
                step(slot);
            }
        }
    }

    /** Time has passed. */
    public void tick(boolean lookAtProcesses) {
        silences.tick(slots.values(), clock.nanoTime());
        for (WorkerSlot slot : List.copyOf(slots.values())) {
            if (lookAtProcesses) {
                look(slot);
            }
            step(slot);
        }
        checkAdoption();
    }

    /** What lives is known in full once every found worker has reported, or will hardly do so any more. */
    private void checkAdoption() {
        boolean waiting = slots.values().stream()
                .anyMatch(slot -> slot.adopted
                        && (slot.state == SlotState.REGISTERING
                                || (slot.state == SlotState.RUNNING && slot.reported.isEmpty())));
        if (adopting && (!waiting || clock.nanoTime() - adoptionEnd >= 0)) {
            adopting = false;
            changed.run();
        }
    }

    /** Ends all workers; {@link #isEmpty()} tells when that is done. Desired sets are not followed any more. */
    public void stopAll() {
        stopping = true;
        stepAll();
    }

    /** Whether no process of a worker is left. */
    public boolean isEmpty() {
        return slots.values().stream().allMatch(slot -> slot.state == SlotState.EXITED);
    }

    /** Lives that have not ended, for messages. */
    public List<String> left() {
        return slots.values().stream()
                .filter(slot -> slot.state != SlotState.EXITED)
                .map(slot -> slot.name() + " " + slot.state)
                .toList();
    }

    private boolean wanted(WorkerSlot slot) {
        return !stopping && (set.isEmpty() || slot.desired.isPresent());
    }

    private boolean alone(WorkerSlot slot) {
        return slots.values().stream()
                .filter(other -> other.life.getActor().equals(slot.life.getActor()))
                .noneMatch(other ->
                        other.life.getIncarnation() < slot.life.getIncarnation() && other.state != SlotState.EXITED);
    }

    private void look(WorkerSlot slot) {
        if (processes.at(slot)) {
            changed.run();
        }
    }

    private void stepAll() {
        for (WorkerSlot slot : List.copyOf(slots.values())) {
            step(slot);
        }
    }

    private void step(WorkerSlot slot) {
        if (slots.get(slot.life) != slot) {
            return;
        }
        SlotState before = slot.state;
        Optional<SlotStep> next = next(slot);
        while (next.isPresent()) {
            enter(slot, next.get());
            next = next(slot);
        }
        if (slot.state != before) {
            changed.run();
        }
        if (slot.state == SlotState.EXITED && slots.get(slot.life) == slot) {
            ended(slot, before);
        }
    }

    private Optional<SlotStep> next(WorkerSlot slot) {
        SlotObservation seen = new SlotObservation(
                wanted(slot),
                slot.superseded,
                slot.preparation,
                alone(slot),
                slot.fork,
                slot.isConnected(),
                isOpen(slot),
                slot.silent,
                slot.exit.isPresent(),
                slot.cleared,
                slot.deadline);
        return SlotRules.next(slot.state, seen, settings.times(slot), clock.nanoTime());
    }

    private void enter(WorkerSlot slot, SlotStep step) {
        LOG.info("worker {}: {} -> {} on {}", slot.name(), slot.state, step.to(), step.event());
        actions.explain(slot, step.event());
        slot.state = step.to();
        slot.deadline = step.deadline();
        step.effects().forEach(effect -> actions.perform(slot, effect, this::step));
        if (step.event() == SlotEvent.FORKED) {
            look(slot);
        }
    }

    private void ended(WorkerSlot slot, SlotState before) {
        boolean named = set.isEmpty() || slot.desired.isPresent();
        if (!named && !stopping) {
            slots.remove(slot.life);
            host.forgotten(slot.folder);
            changed.run();
        }
        if (before != SlotState.EXITED) {
            // A later life of the same actor may wait for this end.
            stepAll();
        }
    }

    private void tell(WorkerSlot slot) {
        if (slot.state == SlotState.RUNNING && slot.desired.isPresent() && !slot.desired.equals(slot.told)) {
            slot.told = slot.desired;
            actions.assign(slot, stamp());
        }
    }

    private Stamp stamp() {
        return set.map(DesiredSet::getStamp).orElse(Stamp.getDefaultInstance());
    }

    /** Everything that the leader is told of this node's workers. */
    public NodeReport report() {
        return NodeReport.newBuilder()
                .setNode(settings.node())
                .setApplied(stamp())
                .addAllWorkers(slots.values().stream().map(WorkerReports::of).toList())
                .setAdoptionFinished(!adopting)
                .build();
    }
}
