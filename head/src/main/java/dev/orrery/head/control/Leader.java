package dev.orrery.head.control;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.proto.NodeRecord;
import dev.orrery.head.reconcile.ClusterState;
import dev.orrery.head.reconcile.Draft;
import dev.orrery.head.reconcile.Ids;
import dev.orrery.head.reconcile.Memory;
import dev.orrery.head.reconcile.Observed;
import dev.orrery.head.reconcile.Observed.News;
import dev.orrery.head.reconcile.Observed.SeenNode;
import dev.orrery.head.reconcile.Plan;
import dev.orrery.head.reconcile.Planner;
import dev.orrery.head.reconcile.Records;
import dev.orrery.head.reconcile.Write;
import dev.orrery.head.state.NodeState;
import dev.orrery.head.store.Change;
import dev.orrery.head.store.ClusterStore;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.NodeHello;
import dev.orrery.internal.proto.NodeReport;
import dev.orrery.internal.proto.ReadLogsRequest;
import dev.orrery.internal.proto.ReadLogsResponse;
import dev.orrery.internal.proto.RenewLeaseRequest;
import dev.orrery.internal.proto.RenewLeaseResponse;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.time.NanoClock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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

    /** While the store is known to be away: whoever asks tries again, and meanwhile knows what it waits for. */
    private static final Duration SUSPENDED_PATIENCE = Duration.ofMillis(500);
    /** Agents without a leader dial every head more often than that. */
    private static final Duration LOOKING_FOR = Duration.ofSeconds(10);

    private final ClusterStore store;
    private final ControlOptions options;
    private final NanoClock clock;
    private final Ledger ledger;
    private final RoutingTables routing;
    private final Observed observed = new Observed();
    private final DesiredSets desired;
    private final NodeLinks links = new NodeLinks();
    private final Mutations mutations = new Mutations();
    private final LeaseRequests leases = new LeaseRequests();
    private final LogReads logs = new LogReads();
    private final Memory memory = new Memory();
    private final Ids ids;
    private final Map<String, Long> dialled = new HashMap<>();
    /** None until the first load succeeded. */
    private Optional<ClusterState> state = Optional.empty();
    /** Whether the records in memory may differ from the stored ones. */
    private boolean unsure = true;

    private boolean ended;
    private boolean suspended;
    /** All that was said until then is known here: what decides is the time that was listened to, not the time that it is. */
    private long heardUntilNanos;

    private final Attention attention;
    private long tickedNanos;
    /** Nodes whose desired sets may be other than they were last found to be. */
    private final Set<String> staleSets = new HashSet<>();

    Leader(ClusterStore store, ControlOptions options, NanoClock clock) {
        this.store = store;
        this.options = options;
        this.clock = clock;
        this.ledger = new Ledger(store);
        this.attention = new Attention(options);
        this.routing = new RoutingTables(store.epoch());
        this.desired = new DesiredSets(store.cluster(), store.epoch(), observed, routing);
        this.ids = new Ids(store.epoch());
        this.heardUntilNanos = clock.nanoTime();
    }

    long epoch() {
        return store.epoch();
    }

    String cluster() {
        return store.cluster();
    }

    /** Throws STORE_UNAVAILABLE while the records are being loaded: who asks waits, as for any store that does not answer. */
    ClusterState state() {
        return state.orElseThrow(() -> OrreryException.of(
                ErrorCode.STORE_UNAVAILABLE,
                "the leader of epoch " + store.epoch() + " is loading the cluster's state"));
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

    /** Empty when no such agent registered in this epoch. */
    Optional<News> reported(NodeReport report) {
        Optional<SeenNode> node = observed.node(report.getNode())
                .filter(known -> known.hello().getAgentInstance().equals(report.getAgentInstance()));
        if (node.isEmpty()) {
            return Optional.empty();
        }
        Optional<NodeReport> before = node.get().report();
        Set<ActorLife> changed = observed.changed(report);
        News news = observed.reported(report, clock.nanoTime());
        if (news == News.STALE) {
            log.debug("node {} sent report {} late", report.getNode(), report.getSequence());
        } else if (news == News.CHANGE) {
            notice(report, before, changed);
        }
        return Optional.of(news);
    }

    private void notice(NodeReport report, Optional<NodeReport> before, Set<ActorLife> changed) {
        if (before.isEmpty()) {
            staleSets.add(report.getNode());
        }
        boolean moved = before.filter(known -> known.getApplied().equals(report.getApplied())
                        && known.getAdoptionFinished() == report.getAdoptionFinished())
                .isEmpty();
        state.ifPresent(known -> {
            attention.reported(known.records(), changed);
            if (moved) {
                attention.moved(known, report.getNode());
            }
        });
    }

    /** Its agent looked for a leader, after this leadership's end. */
    void dialled(String node) {
        dialled.put(node, clock.nanoTime());
    }

    /**
     * All records, to be written into a store that lost them. None unless most nodes follow this head, or look for a leader:
     * else another head may have led since, by records that this one does not know.
     */
    Optional<List<Change.Create>> survivors() {
        return state.filter(known -> mostNodesAreHere(known.records())).map(known -> known.records().all().stream()
                .map(write -> new Change.Create(write.key(), write.value().orElseThrow()))
                .toList());
    }

    private boolean mostNodesAreHere(Records records) {
        long wanted = records.nodes().stream()
                .filter(node -> !node.getState().equals(NodeState.DEAD.name()))
                .count();
        long here = records.nodes().stream()
                .map(NodeRecord::getNode)
                .filter(this::isHere)
                .count();
        return 2 * here > wanted;
    }

    private boolean isHere(String node) {
        boolean followsAnother = observed.node(node)
                .flatMap(Observed.SeenNode::report)
                .filter(report -> report.getApplied().getEpoch() > store.epoch())
                .isPresent();
        // Once it is over nobody tells of connections that close.
        boolean connected = !ended
                && observed.node(node).filter(Observed.SeenNode::connected).isPresent();
        Long lastDialled = dialled.get(node);
        boolean looking = lastDialled != null && clock.nanoTime() - lastDialled < LOOKING_FOR.toNanos();
        return !followsAnother && (connected || looking);
    }

    <R> CompletableFuture<R> mutate(String what, Function<Draft, R> change) {
        return mutations.add(what, change, clock.nanoTime());
    }

    CompletableFuture<RenewLeaseResponse> renewLease(RenewLeaseRequest request) {
        return leases.add(request, clock.nanoTime());
    }

    CompletableFuture<ReadLogsResponse> readLogs(ReadLogsRequest request) {
        return logs.pass(request, links.connection(request.getNode()));
    }

    void end(OrreryException why) {
        ended = true;
        mutations.failAll(why);
        leases.failAll(why);
    }

    /**
     * Takes the steps that are due, for a while; true when more may be due, before which others are to be heard.
     *
     * @param heardUntil all that was said until then has been told to this leader
     */
    boolean step(long heardUntil) {
        long began = clock.nanoTime();
        mutations.expire(suspended ? SUSPENDED_PATIENCE : options.mutationTimeout(), store.name(), began);
        leases.expire(began);
        listened(heardUntil);
        if (suspended || (unsure && !load())) {
            return false;
        }
        tick();
        boolean late = false;
        for (int round = 0; round < MAX_ROUNDS && !late; round++) {
            if (!round()) {
                break;
            }
            late = clock.nanoTime() - began > options.tick().toNanos();
        }
        if (!unsure) {
            act();
            grantLeases();
        }
        return late && !unsure;
    }

    /** When this thread stood still (its process did, or its store was slow), the nodes' words may still be on their way. */
    private void listened(long until) {
        if (until - heardUntilNanos > options.settings().suspectAfter().toNanos()) {
            observed.wasDeafUntil(until);
        }
        heardUntilNanos = until;
    }

    /** Steps are made for reports, too; of time only so much is to be looked at each time. */
    private void tick() {
        long now = clock.nanoTime();
        if (now - tickedNanos >= options.tick().toNanos() / 2) {
            tickedNanos = now;
            attention.tick(state().records());
        }
    }

    private void grantLeases() {
        if (!leases.isDue(clock.nanoTime())) {
            return;
        }
        try {
            store.prove();
            leases.answer(state(), clock.nanoTime());
        } catch (OrreryException e) {
            if (e.code() == ErrorCode.FENCED) {
                throw e;
            }
            leases.failAll(e);
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
            } else {
                memory.refresh(records, now);
            }
            routing.refresh(records);
            attention.all();
            tickedNanos = now;
            staleSets.addAll(observed.nodes().keySet());
            unsure = false;
            return true;
        } catch (OrreryException e) {
            doubt(e);
            return false;
        }
    }

    /** Plans once and commits; false when there was nothing to do, or it could not be committed. */
    private boolean round() {
        memory.leases().look(options.settings().jobLease(), heardUntilNanos);
        Draft draft = new Draft(state(), attention.take(), heardUntilNanos);
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
        attention.planned(state(), draft.names(), plan.writes());
        return !plan.isEmpty();
    }

    /** @param told the pipelines whose notes and reasons an earlier batch of the plan brought */
    private void commit(Plan plan, List<Write> batch, Set<String> told) {
        List<Write> stored = ledger.commit(batch);
        Records records = state().records();
        staleSets.addAll(AffectedNodes.of(records, stored));
        records.apply(stored);
        staleSets.addAll(AffectedNodes.of(records, stored));
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
        memory.refresh(stored, clock.nanoTime());
        staleSets.addAll(AffectedNodes.ofRouting(
                records,
                routing.refresh(records, batch.stream().map(Write::pipeline).collect(Collectors.toSet()))));
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
        // When the worker of one that drains may stop depends on what is reported of it, and on time.
        state().records().drainingActors().forEach(actor -> staleSets.add(actor.getNode()));
        staleSets.forEach(node -> desired.refresh(node, () -> Assignments.of(state(), routing, node, now)));
        staleSets.clear();
        for (String node : observed.nodes().keySet()) {
            desired.set(node).ifPresent(set -> links.push(node, set, desired.isCurrent(node), options, now));
        }
    }
}
