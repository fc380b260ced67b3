package dev.orrery.examples.model;

import dev.orrery.examples.model.ModelledHead.Input;
import dev.orrery.examples.model.ModelledHead.State;
import dev.orrery.internal.proto.DesiredSet;
import dev.orrery.internal.proto.NodeReport;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

/** Heads, by numbers. */
public final class HeadPart {
    /**
     * What can be seen of a head from outside.
     *
     * @param epoch that it leads; 0: none
     * @param open the connection of each node that it takes for open, by the node's number; 0: none
     * @param heard the number of the newest report of each node that it has heard; 0: none
     */
    public record View(
            boolean up, boolean idle, long epoch, String candidate, List<Integer> open, List<Long> heard, int asked) {
        public boolean leads() {
            return epoch > 0;
        }

        boolean reads() {
            return !idle && asked < 0;
        }
    }

    /** What a step comes to. */
    public record Result(int after, List<Sent> sent, boolean ended) {}

    /** A desired set on its way, by number. */
    public record Sent(String node, int set) {}

    private static final int READS = Event.HEAD_READS.number();

    private final HeadSteps steps;
    private final StorePart store;
    private final int nodes;
    private final ToIntFunction<DesiredSet> sets;
    private final Interner<State> states = new Interner<>();
    private final Values<StoreAnswer> answers = new Values<>();
    private final Memo<Result> taken = new Memo<>();
    private final PerState<View> views = new PerState<>(head -> view(value(head)));
    private final NumberMemo recounts = new NumberMemo();
    private final NumberMemo plain = new NumberMemo();

    /** @param sets numbers them */
    public HeadPart(StorePart store, ToIntFunction<DesiredSet> sets, Bounds bounds) {
        this.steps = new HeadSteps(bounds.patient());
        this.nodes = bounds.nodes();
        this.store = store;
        this.sets = sets;
    }

    public int number(State state) {
        return states.number(state);
    }

    public int size() {
        return states.size();
    }

    public int stepsMade() {
        return taken.size();
    }

    public View view(int head) {
        return views.of(head);
    }

    private State value(int head) {
        return states.value(head);
    }

    private View view(State state) {
        ModelledHead head = state.before();
        int asked = state.asked().map(store::number).orElse(-1);
        List<Integer> open = new ArrayList<>();
        List<Long> heard = new ArrayList<>();
        for (int n = 0; n < nodes; n++) {
            open.add(head.open.getOrDefault(Row.nodeName(n), 0));
            heard.add(state.idle() ? HeadSteps.heard(head, n) : 0);
        }
        return new View(head.up, state.idle(), head.epoch(), HeadSteps.candidate(head), open, heard, asked);
    }

    /** @param key tells inputs of the same event apart */
    public Result take(int head, Event event, int key, Supplier<Input> input) {
        return taken.get(head, event.number(), key, () -> result(steps.take(states.value(head), input.get())));
    }

    /** Whether a report is old news to a head that knows its node. */
    public boolean ignores(int head, int report, NodeReport content) {
        Result heard = hear(head, report, content);
        return heard.after() == head && heard.sent().isEmpty();
    }

    public Result hear(int head, int report, NodeReport content) {
        return take(head, Event.HEAD_HEARS, report, () -> new Input.Reported(content));
    }

    /** It reads what the store holds now. */
    public Result read(int head, int from) {
        return taken.get(
                head,
                READS,
                from,
                () -> result(steps.answered(states.value(head), new StoreAnswer.Reads(store.state(from)))));
    }

    public Result answered(int head, StoreAnswer answer) {
        int number = answers.number(answer);
        return taken.get(
                head, Event.HEAD_WRITES.number(), number, () -> result(steps.answered(states.value(head), answer)));
    }

    private Result result(HeadSteps.Result made) {
        List<Sent> sent = made.sent().stream()
                .map(set -> new Sent(set.node(), sets.applyAsInt(set.set())))
                .toList();
        return new Result(states.number(made.after()), sent, made.ended());
    }

    /** What was under way is broken off, leadership is over, and it stands for election anew. */
    public int resigned(int head) {
        return change(head, 0, () -> {
            ModelledHead changed = GraphCopy.of(states.value(head).before());
            HeadSteps.resign(changed);
            changed.candidacy++;
            return changed;
        });
    }

    public int crashed(int head) {
        return change(head, 1, () -> {
            ModelledHead before = states.value(head).before();
            ModelledHead down = new ModelledHead(before.name);
            down.candidacy = before.candidacy;
            down.up = false;
            return down;
        });
    }

    public int started(int head) {
        return change(head, 2, () -> {
            ModelledHead up = GraphCopy.of(states.value(head).before());
            up.up = true;
            up.candidacy++;
            return up;
        });
    }

    /** The head with what it has heard of a node counted anew. */
    public int recounted(int head, int node, Recount counts) {
        return recounts.get(
                head,
                node,
                counts.used(),
                () -> states.number(
                        State.between(HeadSteps.recounted(states.value(head).before(), node, counts))));
    }

    private int change(int head, int kind, Supplier<ModelledHead> change) {
        return plain.get(head, kind, 0, () -> states.number(State.between(change.get())));
    }
}
