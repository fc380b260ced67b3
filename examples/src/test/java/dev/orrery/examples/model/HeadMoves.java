package dev.orrery.examples.model;

import dev.orrery.examples.model.HeadPart.Result;
import dev.orrery.examples.model.HeadPart.Sent;
import dev.orrery.examples.model.HeadPart.View;
import dev.orrery.examples.model.LatePart.Late;
import dev.orrery.examples.model.LinkPart.Mail;
import dev.orrery.examples.model.ModelledHead.Input;
import dev.orrery.examples.model.Protocol.Step;
import dev.orrery.examples.model.Protocol.Steps;
import dev.orrery.examples.model.StorePart.Written;
import java.util.List;
import java.util.function.Supplier;

/** Everything that can happen to heads, and to what they have asked ZooKeeper for. */
public final class HeadMoves {
    private final Parts parts;
    private final Row row;

    public HeadMoves(Parts parts) {
        this.parts = parts;
        this.row = parts.row;
    }

    /**
     * A head that waits for ZooKeeper while no other can write; -1: none. Whatever happens elsewhere meanwhile may as well
     * happen after that write: nodes neither see it nor are seen by a head that waits.
     */
    public int aloneAtStore(int[] state) {
        int waiting = -1;
        for (int h = 0; h < row.bounds().heads(); h++) {
            View view = parts.head(state, h);
            if (!view.idle() && waiting < 0) {
                waiting = h;
            } else if (!view.idle() || view.leads()) {
                return -1;
            }
        }
        return waiting >= 0 && parts.isFirst(state, parts.head(state, waiting)) ? waiting : -1;
    }

    /** Writes that nobody waits for arrive. */
    public void late(int[] state, Steps steps) {
        for (Late arriving : parts.late.all(state[Row.LATE])) {
            int[] after = state.clone();
            after[Row.LATE] = parts.late.keep(after[Row.LATE], other -> !other.equals(arriving));
            Written written = parts.write(after, arriving.request());
            steps.step(parts.step(Event.LATE_WRITE, arriving.head(), arriving.request(), after, written.violations()));
        }
    }

    public void of(int[] state, int h, Steps steps) {
        View view = parts.head(state, h);
        if (!view.up()) {
            down(state, h, view, steps);
            return;
        }
        boolean replaced = parts.store.epoch(state[Row.STORE]) != view.epoch();
        if (!parts.stands(state, h) || (view.leads() && replaced)) {
            int[] after = state.clone();
            addLate(after, h, view);
            resign(after, h, view);
            steps.step(parts.step(Event.HEAD_RESIGNS, h, 0, after));
        }
        if (!view.idle()) {
            waits(state, h, view, steps);
        } else if (view.leads()) {
            leads(state, h, view, steps);
        } else if (parts.isFirst(state, view)) {
            steps.step(takes(state.clone(), h, Event.HEAD_TAKES_OVER, 0, Input.TakeOver::new));
        }
        if (row.mayCrash(state)) {
            faults(state, h, view, steps);
        }
    }

    private void down(int[] state, int h, View view, Steps steps) {
        if (parts.stands(state, h)) {
            int[] ended = state.clone();
            parts.leavesLatch(ended, view.candidate());
            steps.step(parts.step(Event.SESSION_ENDS, h, 0, ended));
        }
        int[] started = state.clone();
        parts.start(started, h);
        steps.step(parts.step(Event.HEAD_STARTS, h, 0, started));
    }

    private void resign(int[] after, int h, View view) {
        after[Row.head(h)] = parts.heads.resigned(after[Row.head(h)]);
        parts.leavesLatch(after, view.candidate());
        parts.stand(after, h);
    }

    private void faults(int[] state, int h, View view, Steps steps) {
        int[] down = Row.crash(state);
        addLate(down, h, view);
        down[Row.head(h)] = parts.heads.crashed(down[Row.head(h)]);
        steps.step(parts.step(Event.HEAD_CRASHES, h, 0, down));
        if (parts.stands(state, h) && !waitsLast(state, view)) {
            int[] expired = Row.crash(state);
            parts.leavesLatch(expired, view.candidate());
            steps.step(parts.step(Event.SESSION_EXPIRES, h, 0, expired));
        }
    }

    /** Where its session expired it would stand again at once, and nothing but its candidate's number would be another. */
    private boolean waitsLast(int[] state, View view) {
        List<String> latch = parts.store.state(state[Row.STORE]).latch();
        boolean last = latch.indexOf(view.candidate()) == latch.size() - 1;
        return view.idle() && !view.leads() && last && latch.size() > 1;
    }

    /** What it had under way may still arrive. */
    private void addLate(int[] after, int h, View view) {
        if (!view.idle() && !view.reads()) {
            after[Row.LATE] = parts.late.with(after[Row.LATE], new Late(h, view.asked()));
        }
    }

    private void leads(int[] state, int h, View view, Steps steps) {
        for (int n = 0; n < row.bounds().nodes(); n++) {
            for (Mail mail : parts.links.link(state[row.link(h, n)]).reports()) {
                steps.step(hears(state, h, n, mail));
            }
            String node = Row.nodeName(n);
            int open = view.open().get(n);
            if (open > 0 && !parts.isAtOtherEnd(state, h, n, open)) {
                steps.step(takes(state.clone(), h, Event.HEAD_LOSES_NODE, n, () -> new Input.Disconnected(open, node)));
            }
        }
        if (row.mayBeSilent(state)) {
            steps.step(takes(Row.beSilent(state), h, Event.TIME_PASSES, 0, Input.Silence::new));
        }
    }

    private Step hears(int[] state, int h, int n, Mail mail) {
        int[] after = state.clone();
        int at = row.link(h, n);
        after[at] = parts.links.withoutReport(after[at], mail);
        if (parts.isAtOtherEnd(state, h, n, mail.connection())) {
            parts.heardNode(after, n);
        }
        Result heard = parts.heads.hear(after[Row.head(h)], mail.report(), parts.nodes.report(mail.report()));
        return moved(after, h, Event.HEAD_HEARS, n, heard);
    }

    /** @param key tells inputs of the same event apart */
    public Step takes(int[] after, int h, Event event, int key, Supplier<Input> input) {
        return moved(after, h, event, key, parts.heads.take(after[Row.head(h)], event, key, input));
    }

    private Step moved(int[] after, int h, Event event, int what, Result result) {
        return moved(after, h, event, what, result, List.of());
    }

    private Step moved(int[] after, int h, Event event, int what, Result result, List<String> wrong) {
        View before = parts.head(after, h);
        after[Row.head(h)] = result.after();
        for (Sent sent : result.sent()) {
            int at = row.link(h, Row.nodeNamed(sent.node()));
            after[at] = parts.links.withSet(after[at], sent.set());
        }
        if (result.ended()) {
            resign(after, h, before);
        }
        return parts.step(event, h, what, after, wrong);
    }

    private void waits(int[] state, int h, View view, Steps steps) {
        int head = state[Row.head(h)];
        int[] after = state.clone();
        if (view.reads()) {
            // It reads over a new connection, behind all that came over the old one: what has not arrived never will.
            after[Row.LATE] = parts.late.keep(after[Row.LATE], other -> other.head() != h);
            steps.step(moved(after, h, Event.HEAD_READS, 0, parts.heads.read(head, state[Row.STORE])));
            return;
        }
        Written written = parts.write(after, view.asked());
        Result answered = parts.heads.answered(head, written.answer());
        steps.step(moved(after, h, Event.HEAD_WRITES, view.asked(), answered, written.violations()));
        if (row.mayLose(state)) {
            int[] lost = Row.lose(state);
            addLate(lost, h, view);
            Result unanswered = parts.heads.answered(head, new StoreAnswer.Lost());
            steps.step(moved(lost, h, Event.ANSWER_LOST, view.asked(), unanswered));
        }
    }
}
