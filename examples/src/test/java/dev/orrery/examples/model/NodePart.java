package dev.orrery.examples.model;

import dev.orrery.examples.model.ModelledHead.Input;
import dev.orrery.internal.proto.DesiredSet;
import dev.orrery.internal.proto.NodeHello;
import dev.orrery.internal.proto.NodeReport;
import dev.orrery.internal.proto.Resources;
import dev.orrery.internal.proto.WorkerReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Nodes, by numbers. */
public final class NodePart {
    /** What a worker tells its agent. */
    private record Said(String folder, WorkerReport report) {}

    private final NodeSteps steps;
    private final Interner<ModelledNode> states = new Interner<>();
    private final Interner<DesiredSet> sets = new Interner<>();
    private final Interner<NodeReport> reports = new Interner<>();
    private final Values<String> folders = new Values<>();
    private final Values<Said> said = new Values<>();
    private final NumberMemo taken = new NumberMemo();
    private final Memo<List<Integer>> killed = new Memo<>();
    private final PerState<NodeView> views = new PerState<>(this::look);
    private final NumberMemo joined = new NumberMemo();
    private final NumberMemo overs = new NumberMemo();
    private final NumberMemo reported = new NumberMemo();
    private final Values<Input.Registered> registrations = new Values<>();
    private final NumberMemo recounts = new NumberMemo();
    private final NumberMemo hellos = new NumberMemo();

    public NodePart(Guards guards) {
        this.steps = new NodeSteps(guards);
    }

    public int size() {
        return states.size();
    }

    public int stepsMade() {
        return taken.size();
    }

    public int initial(String name) {
        return states.number(steps.after(new ModelledNode(name), steps::startAgent));
    }

    public NodeView view(int node) {
        return views.of(node);
    }

    private NodeView look(int node) {
        return NodeView.of(states.value(node), folders);
    }

    public int number(DesiredSet set) {
        return sets.number(set);
    }

    public int number(int folder, WorkerReport report) {
        return said.number(new Said(folders.value(folder), report));
    }

    public DesiredSet set(int number) {
        return sets.value(number);
    }

    public NodeReport report(int number) {
        return reports.value(number);
    }

    /** Stamp and lives of a set. */
    public String describe(int set) {
        DesiredSet described = sets.value(set);
        List<String> lives = described.getWorkersList().stream()
                .map(worker -> NodeSteps.name(worker.getLife()))
                .toList();
        return described.getStamp().getEpoch() + "." + described.getStamp().getSequence() + " " + lives;
    }

    /** The node with its reports counted anew. */
    public int recounted(int node, Recount counts) {
        return recounts.get(
                node, 0, counts.used(), () -> states.number(NodeSteps.recounted(states.value(node), counts)));
    }

    /** The report with another number. */
    public int recountedReport(int report, Recount counts) {
        NodeReport before = reports.value(report);
        return reports.number(
                before.toBuilder().setSequence(counts.of(before.getSequence())).build());
    }

    public String folder(int number) {
        return folders.value(number);
    }

    /** Whether a set would be ignored now and for ever, as stamps only rise. */
    public boolean isOver(int node, int set) {
        return overs.get(node, 0, set, () -> steps.isOver(states.value(node), sets.value(set)) ? 1 : 0) == 1;
    }

    public int take(int node, Event event, int what) {
        return taken.get(
                node, event.number(), what, () -> states.number(steps.after(states.value(node), step(event, what))));
    }

    /** The same, with the agent killed within it, once for each place where it can be. */
    public List<Integer> killedWithin(int node, Event event, int what) {
        return killed.get(node, event.number(), what, () -> {
            List<Integer> all = new ArrayList<>();
            Optional<ModelledNode> after = steps.killedAfter(states.value(node), 0, step(event, what));
            for (int effects = 1; after.isPresent(); effects++) {
                all.add(states.number(after.get()));
                after = steps.killedAfter(states.value(node), effects, step(event, what));
            }
            return all.stream().distinct().toList();
        });
    }

    private Consumer<ModelledNode> step(Event event, int what) {
        return switch (event) {
            case SET_ARRIVES -> node -> steps.offered(node, sets.value(what));
            case AGENT_STARTS -> steps::startAgent;
            case AGENT_CRASHES -> NodeSteps::killAgent;
            case AGENT_GIVES_UP -> node -> node.agent.orElseThrow().leave();
            case HEAD_HEARS -> steps::heard;
            case WORKER_CALLS_IN -> node -> steps.callIn(node, folders.value(what));
            case WORKER_REPORTS ->
                node -> steps.said(
                        node, said.value(what).folder(), said.value(what).report());
            case WORKER_EXITS -> node -> NodeSteps.exit(node, folders.value(what));
            case WORKER_CRASHES -> node -> NodeSteps.crash(node, folders.value(what));
            default -> throw new IllegalStateException(event + " does not happen to a node");
        };
    }

    /** The node after it was taken in by a head; -1 when it does not follow that head. */
    public int joins(int node, int head, long epoch) {
        return joined.get(node, head, (int) epoch, () -> {
            boolean[] follows = {false};
            ModelledNode after = steps.after(states.value(node), copy -> follows[0] = steps.joins(copy, head, epoch));
            return follows[0] ? states.number(after) : -1;
        });
    }

    /** What a head that takes the node in hears of it, by number: many states of a node tell it the same. */
    public int registration(int node) {
        return hellos.get(
                node,
                0,
                0,
                () -> registrations.number(new Input.Registered(view(node).connection(), hello(node))));
    }

    public Input.Registered registered(int number) {
        return registrations.value(number);
    }

    private NodeHello hello(int node) {
        ModelledNode known = states.value(node);
        return NodeHello.newBuilder()
                .setNode(known.name)
                .setAgentInstance(known.agent.orElseThrow().instance)
                .setResources(Resources.newBuilder().setMilliCpus(8000))
                .setHost(known.name)
                .setKnownCluster(known.cluster.orElse(""))
                .build();
    }

    /** What a node has sent last. */
    public int lastReport(int node) {
        return reported.get(node, 0, 0, () -> {
            ModelledNode.Agent agent = states.value(node).agent.orElseThrow();
            return reports.number(agent.lastReport.orElseThrow().toBuilder()
                    .setSequence(agent.sequence)
                    .build());
        });
    }
}
