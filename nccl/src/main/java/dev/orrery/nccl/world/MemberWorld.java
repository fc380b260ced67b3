package dev.orrery.nccl.world;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.fsm.StateMachine;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.nccl.World;
import dev.orrery.nccl.control.ControlThread.Cancellable;
import dev.orrery.nccl.port.PeerProcess;
import dev.orrery.nccl.proto.WorldNote;
import dev.orrery.nccl.spi.DataPath;
import dev.orrery.nccl.spi.DataPathEvents;
import dev.orrery.nccl.spi.Membership;
import dev.orrery.nccl.spi.WorldBackend;
import dev.orrery.world.Communicator;
import dev.orrery.world.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One world as this process lives through it. Everything but the methods of {@link World} on the control thread. */
final class MemberWorld implements World, DataPathEvents {
    private static final Logger log = LoggerFactory.getLogger(MemberWorld.class);
    /** How long a control link that is up may take to tell why a data connection was closed. */
    private static final Duration REASON_LIMIT = Duration.ofMillis(100);
    /** Part of the leave timeout after which what is not delivered is given up. */
    private static final double CUT_AFTER = 0.75;

    private final Membership membership;
    private final WorldBackend backend;
    private final WorldSurroundings around;
    private final StateMachine<WorldPhase, WorldEvent> machine;
    private final CompletableFuture<World> joined = new CompletableFuture<>();
    private final Map<Integer, PeerProcess> reached = new HashMap<>();
    private final Set<Integer> connected = new HashSet<>();
    private final Set<String> linked = new HashSet<>();
    private final Map<Integer, String> lastTries = new HashMap<>();
    private final List<Cancellable> timers = new ArrayList<>();
    private volatile WorldState state = WorldState.FORMING;
    private volatile Optional<DataPath> dataPath = Optional.empty();
    private boolean agreeing;
    private Optional<Failure> cause = Optional.empty();
    private Optional<CompletableFuture<Void>> leaving = Optional.empty();
    /** Completes when nothing is left of it here. */
    private final CompletableFuture<Void> gone = new CompletableFuture<>();

    MemberWorld(Membership membership, WorldBackend backend, WorldSurroundings around) {
        this.membership = membership;
        this.backend = backend;
        this.around = around;
        this.machine = new StateMachine<>(WorldPhase.TABLE, membership.name(), log);
    }

    void start() {
        dataPath = Optional.of(backend.form(membership, this));
        Duration timeout = membership.formingTimeout();
        timers.add(around.control().after(timeout, () -> onFormingDeadline(timeout)));
        agreeIfComplete();
    }

    CompletableFuture<World> joined() {
        return joined;
    }

    Membership membership() {
        return membership;
    }

    Optional<Failure> cause() {
        return cause;
    }

    private DataPath path() {
        return dataPath.orElseThrow();
    }

    // ---- forming ----

    @Override
    public void reached(int rank, PeerProcess process) {
        if (machine.state() == WorldPhase.FORMING) {
            reached.put(rank, process);
            around.links().bind(id(), process, membership.address(rank));
        } else {
            // It was on its way when this member broke, and sees only that its connection is closed.
            cause.ifPresent(why -> around.links().tellBroken(id(), process, why));
        }
    }

    @Override
    public void connected(int rank) {
        connected.add(rank);
        agreeIfComplete();
    }

    @Override
    public void waiting(int rank, String why) {
        lastTries.put(rank, why);
    }

    void linked(String instance) {
        linked.add(instance);
        agreeIfComplete();
    }

    private void agreeIfComplete() {
        boolean complete = connected.size() == membership.size() - 1
                && reached.values().stream().allMatch(process -> linked.contains(process.instance()));
        if (complete && !agreeing && machine.state() == WorldPhase.FORMING) {
            agreeing = true;
            path().agree();
        }
    }

    @Override
    public void formed() {
        if (machine.state() == WorldPhase.FORMING) {
            cancelTimers();
            machine.fire(WorldEvent.MEMBERS_CONNECTED, membership.size() + " members");
            publish(Optional.empty());
            joined.complete(this);
        }
    }

    private void onFormingDeadline(Duration timeout) {
        if (machine.state() != WorldPhase.FORMING) {
            return;
        }
        List<String> missing = new ArrayList<>();
        for (int rank = 0; rank < membership.size(); rank++) {
            if (rank != membership.rank() && !(connected.contains(rank) && isLinked(rank))) {
                missing.add(membership.describe(rank) + lastTry(rank));
            } else if (agreeing && !path().missing(rank).isEmpty()) {
                missing.add(membership.describe(rank) + " (" + path().missing(rank) + ")");
            }
        }
        fail(Failure.of(
                "forming",
                "not formed within " + timeout.toMillis() + " ms, waiting for " + String.join("; ", missing)));
    }

    private boolean isLinked(int rank) {
        return reached.containsKey(rank) && linked.contains(reached.get(rank).instance());
    }

    private String lastTry(int rank) {
        if (reached.containsKey(rank)) {
            return isLinked(rank)
                    ? " (connected, but " + path().missing(rank) + ")"
                    : " (connected, but without a control link)";
        }
        if (rank > membership.rank()) {
            return " (it did not connect)";
        }
        return lastTries.containsKey(rank) ? " (" + lastTries.get(rank) + ")" : "";
    }

    // ---- what members say to each other ----

    @Override
    public void tell(int rank, WorldNote note) {
        PeerProcess process = reached.get(rank);
        if (process != null) {
            around.links().tell(process, note);
        }
    }

    void noted(String instance, WorldNote note) {
        reached.entrySet().stream()
                .filter(entry -> entry.getValue().instance().equals(instance))
                .findFirst()
                .ifPresent(entry -> path().heard(entry.getKey(), note));
    }

    // ---- trouble ----

    @Override
    public void stuck(Failure why) {
        around.stuck(id(), why);
    }

    @Override
    public void failed(Failure why) {
        fail(why);
    }

    @Override
    public void failedRemotely(Failure why) {
        timers.add(around.control().after(REASON_LIMIT, () -> fail(why)));
    }

    @Override
    public void lost(int rank, String why) {
        Failure failure = Failure.of("link", membership.describe(rank) + ": " + why);
        PeerProcess process = reached.get(rank);
        // While a world forms a link may be on its way, and with it the reason.
        boolean mayTell = process != null
                && (machine.state() == WorldPhase.FORMING || around.links().isUp(process.instance()));
        if (mayTell) {
            timers.add(around.control().after(REASON_LIMIT, () -> fail(failure)));
        } else {
            fail(failure);
        }
    }

    void linkLost(String instance, String why) {
        fail(Failure.of("link", "link to " + describe(instance) + ": " + why));
    }

    void peerBroke(String instance, Failure why) {
        boolean isMember =
                reached.values().stream().anyMatch(process -> process.instance().equals(instance));
        if (isMember) {
            boolean complete = why.consequence().isPresent();
            fail(complete ? why : why.causing(Failure.of("world", describe(instance) + " reported it")));
        }
    }

    private String describe(String instance) {
        return reached.entrySet().stream()
                .filter(entry -> entry.getValue().instance().equals(instance))
                .map(entry -> membership.describe(entry.getKey()))
                .findFirst()
                .orElse("process " + instance);
    }

    private void fail(Failure why) {
        if (machine.fire(WorldEvent.FAILED, why.summary())) {
            broke(why);
        }
    }

    private void broke(Failure why) {
        cancelTimers();
        cause = Optional.of(why);
        // Before the data connections close, so that peers learn the reason rather than the fact.
        around.links().tellBroken(id(), why);
        around.links().unbind(id());
        OrreryException failure = over("broke", cause);
        publish(cause);
        path().abort(failure);
        joined.completeExceptionally(failure);
    }

    private OrreryException over(String how, Optional<Failure> why) {
        return OrreryException.of(
                ErrorCode.BROKEN_WORLD,
                "world " + membership.name() + " " + how,
                Map.of("world", membership.name()),
                why);
    }

    // ---- the orderly end ----

    @Override
    public void peerLeft(int rank) {
        Failure left = Failure.of("left", membership.describe(rank) + " left the world");
        boolean wasForming = machine.state() == WorldPhase.FORMING;
        if (!machine.fire(WorldEvent.PEER_LEFT, left.message())) {
            return;
        }
        if (wasForming) {
            broke(left);
            return;
        }
        cause = Optional.of(left);
        around.links().unbind(id());
        path().end(over("was closed", cause), true);
        timers.add(around.control().after(part(CUT_AFTER), () -> path().cut()));
        publish(cause);
    }

    /** Completes when nothing of it is left here. */
    CompletableFuture<Void> leave() {
        if (leaving.isPresent()) {
            return leaving.get();
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        leaving = Optional.of(done);
        OrreryException failure = over("was left", Optional.empty());
        if (machine.state().isFinal()) {
            cancelTimers();
            path().abort(failure);
        } else {
            beginToLeave(failure);
        }
        if (gone.isDone()) {
            done.complete(null);
        }
        return done;
    }

    private void beginToLeave(OrreryException failure) {
        if (machine.state() == WorldPhase.FORMING) {
            cancelTimers();
            machine.fire(WorldEvent.LEFT, "left before it was formed");
            around.links().unbind(id());
            publish(Optional.empty());
            joined.completeExceptionally(failure);
        }
        path().end(failure, false);
        timers.add(around.control().after(part(CUT_AFTER), () -> path().cut()));
        timers.add(around.control().after(part(1), () -> path().abort(failure)));
    }

    private Duration part(double fraction) {
        return Duration.ofNanos((long) (around.options().leaveTimeout().toNanos() * fraction));
    }

    @Override
    public void released() {
        gone.complete(null);
        cancelTimers();
        if (leaving.isPresent()) {
            if (machine.fire(WorldEvent.LEFT, "left")) {
                around.links().unbind(id());
                publish(Optional.empty());
            }
            leaving.get().complete(null);
        }
    }

    /** The process ends. Completes when nothing of it is left here. */
    CompletableFuture<Void> endNow(Failure why) {
        fail(why);
        cancelTimers();
        path().abort(over("ended with its process", Optional.of(why)));
        return gone;
    }

    void tick() {
        if (machine.state() == WorldPhase.READY) {
            path().tick();
        }
    }

    private void cancelTimers() {
        timers.forEach(Cancellable::cancel);
        timers.clear();
    }

    private void publish(Optional<Failure> why) {
        state = machine.state().toMessage();
        around.tell(id(), state, why);
    }

    // ---- World ----

    @Override
    public long id() {
        return membership.id();
    }

    @Override
    public WorldSpec spec() {
        return membership.spec();
    }

    @Override
    public int rank() {
        return membership.rank();
    }

    @Override
    public WorldState state() {
        return state;
    }

    @Override
    public Communicator communicator() {
        return path().communicator();
    }

    @Override
    public Transport transport(int peer) {
        return path().transport(peer);
    }

    @Override
    public String toString() {
        return "world " + membership.name() + " (" + state + ", rank " + rank() + " of " + size() + ")";
    }
}
