package dev.orrery.examples.model;

import dev.orrery.examples.model.HeadPart.View;
import dev.orrery.examples.model.NodeView.Running;
import dev.orrery.examples.model.Protocol.Step;
import dev.orrery.examples.model.Protocol.Steps;
import java.util.Optional;

/** Everything that can happen to nodes: to their agents and to their workers. */
final class NodeMoves {
    private final Parts parts;
    private final Row row;
    private final HeadMoves heads;

    NodeMoves(Parts parts, HeadMoves heads) {
        this.parts = parts;
        this.row = parts.row;
        this.heads = heads;
    }

    void of(int[] state, int n, Steps steps) {
        NodeView view = parts.node(state, n);
        if (view.agentUp()) {
            agent(state, n, view, steps);
        } else {
            steps.step(takes(state.clone(), n, Event.AGENT_STARTS, 0));
        }
        for (NodeView.Own own : view.own()) {
            steps.step(takes(state.clone(), n, own.event(), own.folder()));
        }
        if (row.mayCrash(state)) {
            for (Running worker : view.workers()) {
                steps.step(takes(Row.crash(state), n, Event.WORKER_CRASHES, worker.folder()));
            }
        }
    }

    private void agent(int[] state, int n, NodeView view, Steps steps) {
        for (int h = 0; h < row.bounds().heads(); h++) {
            if (view.head() < 0) {
                registers(state, n, h).ifPresent(steps::step);
            }
            for (int set : parts.links.link(state[row.link(h, n)]).sets()) {
                setArrives(state, n, h, set, steps);
            }
        }
        if (view.head() >= 0 && row.mayLose(state)) {
            steps.step(takes(Row.lose(state), n, Event.AGENT_GIVES_UP, 0));
        }
        if (row.mayCrash(state)) {
            steps.step(takes(Row.crash(state), n, Event.AGENT_CRASHES, 0));
        }
    }

    private Optional<Step> registers(int[] state, int n, int h) {
        View head = parts.head(state, h);
        if (!head.up() || !head.idle() || !head.leads()) {
            return Optional.empty();
        }
        int joined = parts.nodes.joins(state[row.node(n)], h, head.epoch());
        if (joined < 0) {
            return Optional.empty();
        }
        int[] after = state.clone();
        parts.moveNode(after, n, joined);
        int registration = parts.nodes.registration(joined);
        Step step =
                heads.takes(after, h, Event.AGENT_REGISTERS, registration, () -> parts.nodes.registered(registration));
        return Optional.of(new Step(step.event(), n, h, step.after(), step.violations()));
    }

    private void setArrives(int[] state, int n, int h, int set, Steps steps) {
        int[] arrived = state.clone();
        int at = row.link(h, n);
        arrived[at] = parts.links.withoutSet(arrived[at], set);
        steps.step(takes(arrived.clone(), n, Event.SET_ARRIVES, set));
        if (row.mayCrash(state)) {
            for (int killed : parts.nodes.killedWithin(state[row.node(n)], Event.SET_ARRIVES, set)) {
                int[] after = Row.crash(arrived);
                after[row.node(n)] = killed;
                steps.step(parts.step(Event.SET_HALF_DONE, n, set, after));
            }
        }
    }

    private Step takes(int[] after, int n, Event event, int what) {
        parts.moveNode(after, n, parts.nodes.take(after[row.node(n)], event, what));
        return parts.step(event, n, what, after);
    }
}
