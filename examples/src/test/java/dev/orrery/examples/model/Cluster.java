package dev.orrery.examples.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Heads, ZooKeeper, nodes and what is on its way between them: everything that can happen to them, one step at a time. */
public final class Cluster implements Protocol {
    private final Bounds bounds;
    private final StoreState beginning;
    public final Parts parts;
    private final Row row;
    public final HeadMoves heads;
    private final NodeMoves nodes;

    /** @param beginning what ZooKeeper holds before any head has started */
    public Cluster(Bounds bounds, Guards guards, StoreState beginning) {
        this.bounds = bounds;
        this.beginning = beginning;
        this.parts = new Parts(bounds, guards);
        this.row = parts.row;
        this.heads = new HeadMoves(parts);
        this.nodes = new NodeMoves(parts, heads);
    }

    @Override
    public int[] initial() {
        return bounds.settled() ? settled(started()) : started();
    }

    /** Heads and agents have just started, and know nothing of each other. */
    public int[] started() {
        int[] state = new int[row.length()];
        state[Row.STORE] = parts.store.number(beginning);
        state[Row.LATE] = parts.late.none();
        for (int h = 0; h < bounds.heads(); h++) {
            state[Row.head(h)] = parts.heads.number(ModelledHead.State.between(new ModelledHead(Row.headName(h))));
            parts.stand(state, h);
        }
        for (int n = 0; n < bounds.nodes(); n++) {
            state[row.node(n)] = parts.nodes.initial(Row.nodeName(n));
            for (int h = 0; h < bounds.heads(); h++) {
                state[row.link(h, n)] = parts.links.empty();
            }
        }
        return state;
    }

    /** Where everything has come to rest without a fault. */
    private int[] settled(int[] from) {
        int[] state = from;
        state[Row.SPENT] = Row.ALL_SPENT;
        for (Optional<int[]> next = Optional.of(state); next.isPresent(); ) {
            state = next.get();
            List<Step> steps = new ArrayList<>();
            next(state, steps::add);
            next = steps.stream().findFirst().map(Step::after);
        }
        state[Row.SPENT] = 0;
        return state;
    }

    @Override
    public void next(int[] state, Steps steps) {
        int alone = heads.aloneAtStore(state);
        if (alone >= 0) {
            heads.of(state, alone, steps);
            heads.late(state, steps);
            return;
        }
        for (int h = 0; h < bounds.heads(); h++) {
            heads.of(state, h, steps);
        }
        heads.late(state, steps);
        for (int n = 0; n < bounds.nodes(); n++) {
            nodes.of(state, n, steps);
        }
    }

    @Override
    public String describe(int[] before, Step step) {
        Event event = (Event) step.event();
        return switch (event.actor()) {
            case HEAD -> event.text(Row.headName(step.who()), "");
            case HEAD_WITH_NODE -> event.text(Row.headName(step.who()), Row.nodeName(step.what()));
            case HEAD_WITH_REQUEST -> event.text(Row.headName(step.who()), parts.store.describe(step.what()));
            case NODE -> event.text(Row.nodeName(step.who()), "");
            case NODE_WITH_HEAD -> event.text(Row.nodeName(step.who()), Row.headName(step.what()));
            case NODE_WITH_SET -> event.text(Row.nodeName(step.who()), parts.nodes.describe(step.what()));
            case WORKER -> event.text(Row.nodeName(step.who()), parts.nodes.folder(step.what()));
        };
    }

    /** How many different states and steps the parts have. */
    public String sizes() {
        return "ZooKeeper %,d, heads %,d (%,d steps), nodes %,d (%,d steps)"
                .formatted(
                        parts.store.size(),
                        parts.heads.size(),
                        parts.heads.stepsMade(),
                        parts.nodes.size(),
                        parts.nodes.stepsMade());
    }
}
