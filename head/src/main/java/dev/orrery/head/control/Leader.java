package dev.orrery.head.control;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.reconcile.ClusterState;
import dev.orrery.head.reconcile.Draft;
import dev.orrery.head.reconcile.Ids;
import dev.orrery.head.reconcile.Lives;
import dev.orrery.head.reconcile.Memory;
import dev.orrery.head.reconcile.Observed;
import dev.orrery.head.reconcile.Observed.News;
import dev.orrery.head.reconcile.Plan;
import dev.orrery.head.reconcile.Planner;
import dev.orrery.head.reconcile.Records;
import dev.orrery.head.reconcile.Write;
import dev.orrery.head.state.ActorState;
import dev.orrery.head.store.ClusterStore;
import dev.orrery.internal.proto.NodeHello;
import dev.orrery.internal.proto.NodeReport;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.time.NanoClock;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One leadership, from its take-over to its end; lives on the control thread. FENCED comes out of its methods: then this
 * leadership is over.
 */
final class Leader {
    private static final Logger log = LoggerFactory.getLogger(Leader.class);

    /** Steps that follow from one another are made at once, up to so many; the next tick goes on. */
    private static final int MAX_ROUNDS = 16;

    private final ClusterStore store;
    private final ControlOptions options;
    private final NanoClock clock;
    private final Ledger ledger;
    private final RoutingTables routing;
    private final Observed observed = new Observed();
    private final DesiredSets desired;
    private final NodeLinks links = new NodeLinks();
    private final Mutations mutations = new Mutations();
    private final Memory memory = new Memory();
    private final Ids ids;
    /** None until the first load succeeded. */
    private Optional<ClusterState> state = Optional.empty();
    /** Whether the records in memory may differ from the stored ones. */
    private boolean unsure = true;

    private boolean suspended;
    private boolean setsAreStale = true;

    Leader(ClusterStore store, ControlOptions options, NanoClock clock) {
        this.store = store;
        this.options = options;
        this.clock = clock;
        this.ledger = new Ledger(store);
        this.routing = new RoutingTables(store.epoch());
        this.desired = new DesiredSets(store.cluster(), store.epoch(), observed, routing);
        this.ids = new Ids(store.epoch());
    }

    long epoch() {
        return store.epoch();
    }

    String cluster() {
        return store.cluster();
    }

    /** Throws UNAVAILABLE while the records are being loaded. */
    ClusterState state() {
        return state.orElseThrow(() -> OrreryException.of(
                ErrorCode.UNAVAILABLE, "the leader of epoch " + store.epoch() + " is loading the cluster's state"));
    }

    void suspend(boolean nowSuspended) {
        suspended = nowSuspended;
    }

    void registered(RpcConnection connection, NodeHello hello) {
        long now = clock.nanoTime();
        observed.registered(hello, now);
        links.registered(hello.getNode(), connection, now);
        log.info("node {} registered, agent {} at {}", hello.getNode(), hello.getAgentInstance(), connection.peer());
    }

    /** By itself no reason to end anything: the agent may come back, and its workers run on. */
    void disconnected(RpcConnection connection, String node, String why) {
        if (links.isNewest(node, connection)) {
            observed.disconnected(node);
            log.info("node {} is disconnected: {}", node, why);
        }
    }

    /** Returns false when no such agent registered in this epoch; true when it is taken. */
    boolean reported(NodeReport report) {
        boolean known = observed.node(report.getNode())
                .filter(node -> node.hello().getAgentInstance().equals(report.getAgentInstance()))
                .isPresent();
        if (!known) {
            return false;
        }
        boolean first = observed.node(report.getNode())
                .filter(Observed.SeenNode::reported)
                .isEmpty();
        News news = observed.reported(report, clock.nanoTime());
        setsAreStale |= first;
        if (news == News.STALE) {
            log.debug("node {} sent report {} late", report.getNode(), report.getSequence());
        }
        return true;
    }

    <R> CompletableFuture<R> mutate(String what, Function<Draft, R> change) {
        return mutations.add(what, change, clock.nanoTime());
    }

    void end(OrreryException why) {
        mutations.failAll(why);
    }

    /** Takes every step that is due now. */
    void step() {
        mutations.expire(options.mutationTimeout(), clock.nanoTime());
        if (suspended || (unsure && !load())) {
            return;
        }
        for (int round = 0; round < MAX_ROUNDS; round++) {
            if (!round()) {
                break;
            }
        }
        if (!unsure) {
            act();
        }
    }

    private boolean load() {
        try {
            Records records = ledger.load();
            long now = clock.nanoTime();
            boolean takeOver = state.isEmpty();
            long takenOver = takeOver ? now : state.get().takenOverNanos();
            state = Optional.of(new ClusterState(
                    store.epoch(), takenOver, options.settings(), records, observed, memory, desired, ids));
            if (takeOver) {
                memory.takeOver(records, now);
                log.info(
                        "leading epoch {}: {} nodes, {} pipelines, {} actors, {} worlds",
                        store.epoch(),
                        records.nodes().size(),
                        records.pipelines().size(),
                        records.actors().size(),
                        records.worlds().size());
            }
            changed();
            unsure = false;
            return true;
        } catch (OrreryException e) {
            doubt(e);
            return false;
        }
    }

    /** Plans once and commits; false when there was nothing to do, or it could not be committed. */
    private boolean round() {
        Draft draft = new Draft(state(), clock.nanoTime());
        mutations.applyTo(draft);
        Plan plan = Planner.plan(draft);
        try {
            Set<String> told = new HashSet<>();
            for (List<Write> batch : Batches.of(plan.writes())) {
                commit(plan, batch, told);
            }
        } catch (OrreryException e) {
            doubt(e);
            return false;
        }
        mutations.committed();
        return !plan.isEmpty();
    }

    /** @param told the pipelines whose notes and reasons an earlier batch of the plan brought */
    private void commit(Plan plan, List<Write> batch, Set<String> told) {
        List<Write> stored = ledger.commit(batch);
        state().records().apply(stored);
        Set<String> pipelines = batch.stream()
                .map(Write::pipeline)
                .filter(pipeline -> !told.contains(pipeline))
                .collect(Collectors.toSet());
        told.addAll(pipelines);
        memory.apply(plan.notes().stream()
                .filter(note -> pipelines.contains(note.pipeline()))
                .toList());
        plan.reasons().stream()
                .filter(reason -> pipelines.contains(reason.pipeline()))
                .forEach(reason -> log.info("{}", reason.line()));
        changed();
    }

    private void changed() {
        memory.refresh(state().records(), clock.nanoTime());
        routing.refresh(state().records());
        setsAreStale = true;
    }

    /** What was not acknowledged may have been written all the same: nothing is done before it was read again. */
    private void doubt(OrreryException failure) {
        if (failure.code() == ErrorCode.FENCED) {
            throw failure;
        }
        if (!unsure) {
            log.warn("a commit of epoch {} is in doubt, reading again: {}", store.epoch(), failure.getMessage());
        }
        unsure = true;
    }

    private void act() {
        long now = clock.nanoTime();
        if (setsAreStale || someoneDrains()) {
            desired.refresh(Assignments.of(state(), routing, now));
            setsAreStale = false;
        }
        for (String node : observed.nodes().keySet()) {
            desired.set(node).ifPresent(set -> links.push(node, set, desired.isCurrent(node), options, now));
        }
    }

    private boolean someoneDrains() {
        return state().records().actors().stream().anyMatch(actor -> Lives.stateOf(actor) == ActorState.DRAINING);
    }
}
