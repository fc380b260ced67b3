package dev.orrery.examples.model;

import dev.orrery.examples.model.HeadPart.View;
import dev.orrery.examples.model.LatePart.Late;
import dev.orrery.examples.model.LinkPart.Mail;
import dev.orrery.examples.model.NodeView.Running;
import dev.orrery.examples.model.Protocol.Step;
import dev.orrery.examples.model.StorePart.Placed;
import dev.orrery.examples.model.StorePart.Written;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** All parts of a cluster, and what holds for every step of any of them. */
public final class Parts {
    public final Row row;
    public final Guards guards;
    public final StorePart store;
    public final NodePart nodes;
    public final HeadPart heads;
    public final LinkPart links;
    public final LatePart late = new LatePart();
    private final Memo<List<String>> wrongs = new Memo<>();
    private final PerState<Recount> numbers = new PerState<>(this::numbersOn);
    private final NumberMemo recounts = new NumberMemo();
    private final NumberMemo newSets = new NumberMemo();
    private final NumberMemo newReports = new NumberMemo();

    public Parts(Bounds bounds, Guards guards) {
        this.row = new Row(bounds);
        this.guards = guards;
        this.store = new StorePart(guards);
        this.nodes = new NodePart(guards);
        this.heads = new HeadPart(store, nodes::number, bounds);
        this.links = new LinkPart(bounds.inFlight());
    }

    public View head(int[] state, int head) {
        return heads.view(state[Row.head(head)]);
    }

    public NodeView node(int[] state, int node) {
        return nodes.view(state[row.node(node)]);
    }

    /** A head stands for election behind all others. */
    public void stand(int[] after, int head) {
        after[Row.STORE] =
                store.withCandidate(after[Row.STORE], head(after, head).candidate());
    }

    /** Whether a head has the latch. */
    public boolean isFirst(int[] state, View view) {
        List<String> latch = store.state(state[Row.STORE]).latch();
        return !latch.isEmpty() && latch.get(0).equals(view.candidate());
    }

    /** A head that was down is started again. */
    public void start(int[] after, int head) {
        after[Row.head(head)] = heads.started(after[Row.head(head)]);
        stand(after, head);
    }

    public boolean stands(int[] state, int head) {
        return store.state(state[Row.STORE]).latch().contains(head(state, head).candidate());
    }

    public void leavesLatch(int[] after, String candidate) {
        after[Row.STORE] = store.withoutCandidate(after[Row.STORE], candidate);
    }

    public Written write(int[] after, int request) {
        Written written = store.write(after[Row.STORE], request);
        after[Row.STORE] = written.after();
        return written;
    }

    /** What a node has to report is on its way at once. */
    public void moveNode(int[] after, int node, int moved) {
        NodeView before = node(after, node);
        NodeView now = nodes.view(moved);
        after[row.node(node)] = moved;
        if (now.head() >= 0 && now.sequence() != before.sequence()) {
            report(after, node, now);
        }
    }

    private void report(int[] after, int node, NodeView now) {
        int at = row.link(now.head(), node);
        after[at] = links.withReport(after[at], new Mail(nodes.lastReport(after[row.node(node)]), now.connection()));
    }

    /** A head has its report: the next one may go. */
    public void heardNode(int[] after, int node) {
        after[row.node(node)] = nodes.take(after[row.node(node)], Event.HEAD_HEARS, 0);
        NodeView now = node(after, node);
        if (now.reporting()) {
            report(after, node, now);
        }
    }

    public boolean isAtOtherEnd(int[] state, int head, int node, int connection) {
        NodeView view = node(state, node);
        return view.agentUp() && view.head() == head && view.connection() == connection;
    }

    public Step step(Enum<?> event, int who, int what, int[] after) {
        return step(event, who, what, after, List.of());
    }

    /** @param wrong what has been found to be wrong already */
    public Step step(Enum<?> event, int who, int what, int[] after, List<String> wrong) {
        settle(after);
        List<String> all = wrong;
        for (int n = 0; n < row.bounds().nodes(); n++) {
            List<String> more = judge(after, n);
            if (!more.isEmpty()) {
                all = Stream.concat(all.stream(), more.stream()).toList();
            }
        }
        return new Step(event, who, what, after, all);
    }

    private List<String> judge(int[] after, int n) {
        int store = after[Row.STORE];
        int node = after[row.node(n)];
        return wrongs.get(node, n, store, () -> judge(nodes.view(node), Row.nodeName(n), store));
    }

    /** Nothing of a life runs once there is a later one, but on a node that was given up for dead. */
    private List<String> judge(NodeView view, String node, int placed) {
        List<String> wrong = new ArrayList<>(view.wrong());
        for (Running worker : view.workers()) {
            Placed newest = store.placed(placed).get(worker.actor());
            if (newest != null
                    && worker.incarnation() < newest.incarnation()
                    && !newest.deadNodes().contains(node)) {
                wrong.add("life %d of actor %s is placed while life %d runs on %s"
                        .formatted(newest.incarnation(), newest.actor(), worker.incarnation(), node));
            }
        }
        return List.copyOf(wrong);
    }

    /**
     * What nobody can see the moment of happens at once: an agent notices that its head is gone, of which all that follows is
     * that it may register elsewhere; a standby whose session expired stands for election again; what would be ignored
     * whenever it came is not kept.
     */
    private void settle(int[] after) {
        for (int h = 0; h < row.bounds().heads(); h++) {
            View view = head(after, h);
            if (!view.up() && !row.mayCrash(after) && isSettled(after, h)) {
                start(after, h);
            } else if (view.up() && view.idle() && !view.leads() && !stands(after, h)) {
                after[Row.head(h)] = heads.resigned(after[Row.head(h)]);
                stand(after, h);
            }
        }
        if (!late.isEmpty(after[Row.LATE])) {
            after[Row.LATE] =
                    late.keep(after[Row.LATE], (Late other) -> !store.isOver(after[Row.STORE], other.request()));
        }
        for (int n = 0; n < row.bounds().nodes(); n++) {
            forgetOld(after, n);
            NodeView node = node(after, n);
            if (node.head() >= 0) {
                View head = head(after, node.head());
                if (!head.up() || head.open().get(n) != node.connection()) {
                    after[row.node(n)] = nodes.take(after[row.node(n)], Event.AGENT_GIVES_UP, 0);
                }
            }
            recountReports(after, n);
        }
    }

    private void recountReports(int[] after, int n) {
        Recount counts = new Recount(0).with(node(after, n).sequence());
        for (int h = 0; h < row.bounds().heads(); h++) {
            View head = head(after, h);
            if (!head.idle()) {
                return;
            }
            counts = counts.with(head.heard().get(n)).with(numbers.of(after[row.link(h, n)]));
        }
        if (counts.isNews()) {
            recountReports(after, n, counts);
        }
    }

    private void recountReports(int[] after, int n, Recount counts) {
        after[row.node(n)] = nodes.recounted(after[row.node(n)], counts);
        for (int h = 0; h < row.bounds().heads(); h++) {
            if (head(after, h).heard().get(n) != 0) {
                after[Row.head(h)] = heads.recounted(after[Row.head(h)], n, counts);
            }
            int link = after[row.link(h, n)];
            after[row.link(h, n)] = recounts.get(
                    link,
                    0,
                    counts.used(),
                    () -> links.withReports(link, report -> nodes.recountedReport(report, counts)));
        }
    }

    private Recount numbersOn(int link) {
        Recount counts = new Recount(0);
        for (Mail mail : links.link(link).reports()) {
            counts = counts.with(nodes.report(mail.report()).getSequence());
        }
        return counts;
    }

    /** Another head has the latch, and nothing can take it away any more. */
    private boolean isSettled(int[] state, int down) {
        if (stands(state, down)) {
            return false;
        }
        for (int h = 0; h < row.bounds().heads(); h++) {
            View view = head(state, h);
            if (view.up() && isFirst(state, view)) {
                return true;
            }
        }
        return false;
    }

    private void forgetOld(int[] after, int n) {
        for (int h = 0; h < row.bounds().heads(); h++) {
            int at = row.link(h, n);
            after[at] = withoutOldSets(after[at], after[row.node(n)]);
            after[at] = withoutOldReports(after[at], after[Row.head(h)], n);
        }
    }

    private int withoutOldSets(int link, int node) {
        return links.link(link).sets().isEmpty()
                ? link
                : newSets.get(link, 0, node, () -> links.keepSets(link, set -> !nodes.isOver(node, set)));
    }

    private int withoutOldReports(int link, int head, int n) {
        View view = heads.view(head);
        if (!view.idle() || links.link(link).reports().isEmpty()) {
            return link;
        }
        return newReports.get(
                link,
                n,
                head,
                () -> links.keepReports(link, mail -> {
                    // Over a connection that a head knows to be gone nothing arrives any more.
                    return view.open().get(n) != 0 && !heads.ignores(head, mail.report(), nodes.report(mail.report()));
                }));
    }
}
