package dev.orrery.examples.model.worlds;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.examples.model.Event;
import dev.orrery.examples.model.NodeView;
import dev.orrery.examples.model.NodeView.Running;
import dev.orrery.examples.model.Parts;
import dev.orrery.examples.model.Protocol.Step;
import dev.orrery.examples.model.Row;
import dev.orrery.examples.model.Values;
import dev.orrery.examples.model.worlds.Client.Progress;
import dev.orrery.gateway.core.Effect;
import dev.orrery.gateway.core.Outcome;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.Attempt;
import dev.orrery.internal.proto.CancelAttempt;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.nccl.spi.Membership;
import dev.orrery.nccl.world.WorldPhase;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Workers and what is between them, beside the parts of the cluster that they belong to. */
final class PipelineParts {
    private static final int WORKERS = 6;
    private static final int DEATHS = 3;

    final Parts parts;
    final WorkerPart workers;
    final Values<Net> nets = new Values<>();
    final Values<Client> clients = new Values<>();
    private final int net;
    private final int client;
    private final int rested;
    private final int scaled;
    private final int firstWorker;

    PipelineParts(Parts parts, RoutingGuards guards) {
        this.parts = parts;
        this.workers = new WorkerPart(guards);
        this.net = parts.row.length();
        this.client = net + 1;
        this.rested = net + 2;
        this.scaled = net + 3;
        this.firstWorker = net + 4;
    }

    int length() {
        return firstWorker + WORKERS;
    }

    Net net(int[] state) {
        return nets.value(state[net]);
    }

    void put(int[] after, Net changed) {
        after[net] = nets.number(changed);
    }

    Client client(int[] state) {
        return clients.value(state[client]);
    }

    void put(int[] after, Client changed) {
        after[client] = clients.number(changed);
    }

    /** How many moments everything has rested. */
    int rested(int[] state) {
        return state[rested];
    }

    void rest(int[] after, int moments) {
        after[rested] = moments;
    }

    boolean isScaled(int[] state) {
        return state[scaled] != 0;
    }

    void scale(int[] after) {
        after[scaled] = 1;
    }

    /** Places of all workers that run. */
    List<Integer> slots(int[] state) {
        List<Integer> slots = new ArrayList<>();
        for (int slot = firstWorker; slot < length() && state[slot] != 0; slot++) {
            slots.add(slot);
        }
        return slots;
    }

    int worker(int[] state, int slot) {
        return state[slot] - 1;
    }

    WorkerView view(int[] state, int slot) {
        return workers.view(state[slot] - 1);
    }

    Optional<Integer> slotOf(int[] state, ActorLife life) {
        return slots(state).stream()
                .filter(slot -> view(state, slot).life().equals(life))
                .findFirst();
    }

    Optional<Integer> gateway(int[] state) {
        return slots(state).stream()
                .filter(slot -> view(state, slot).isGateway())
                .max(Comparator.comparing(slot -> view(state, slot).life().getIncarnation()));
    }

    private void put(int[] after, List<Integer> all) {
        List<Integer> sorted = all.stream()
                .sorted(Comparator.comparing(worker -> workers.view(worker).name()))
                .toList();
        for (int i = 0; i < WORKERS; i++) {
            after[firstWorker + i] = i < sorted.size() ? sorted.get(i) + 1 : 0;
        }
    }

    // ---- what workers do ----

    /** A step of a worker, with one of its outcomes. */
    void act(int[] after, int slot, WorkerPart.Result result, List<String> wrong) {
        after[slot] = result.after() + 1;
        ActorLife life = view(after, slot).life();
        WorkerOutput output = result.output();
        wrong.addAll(output.violations);
        output.joined.forEach(spec -> join(after, life, spec, wrong));
        output.left.forEach(world -> leave(after, life, world));
        output.sent.forEach(sent -> net(after)
                .meeting(sent.world())
                .filter(meeting -> meeting.is(0, WorldPhase.READY) && !meeting.isOver(1))
                .ifPresent(meeting -> put(after, net(after).with(meeting.sent(sent.header())))));
        output.notices.forEach(told -> put(after, net(after).changed(link -> {
            boolean meant = link.up()
                    && link.replica().equals(life)
                    && told.gateway().filter(to -> !to.equals(link.gateway())).isEmpty();
            return meant ? link.told(told.notice()) : link;
        })));
        output.cancels.forEach(cancel -> cancel(after, cancel));
        output.completed.forEach(complete -> complete(after, complete, wrong));
        output.passedOn.forEach(request -> wrong.add("request %d is answered a second time".formatted(request + 1)));
        output.paths.stream().flatMap(List::stream).forEach(world -> {
            if (!net(after).formed().contains(world)) {
                wrong.add("a request is sent over world %x, which was never formed by both members".formatted(world));
            }
        });
    }

    private void join(int[] after, ActorLife life, WorldSpec spec, List<String> wrong) {
        int rank;
        try {
            rank = Membership.of(spec, life).rank();
        } catch (OrreryException e) {
            wrong.add("%s joins world %x: %s".formatted(life.getActor(), spec.getId(), e.getMessage()));
            return;
        }
        Meeting meeting = net(after).meeting(spec.getId()).orElseGet(() -> Meeting.of(spec));
        if (!meeting.spec().getMembersList().equals(spec.getMembersList())) {
            wrong.add("world %x has other members where it is joined last".formatted(spec.getId()));
        }
        if (meeting.sides().get(rank).isPresent()) {
            wrong.add("world %x is joined a second time by %s".formatted(spec.getId(), life.getActor()));
        }
        Meeting joined = meeting.with(rank, WorldPhase.FORMING);
        int other = 1 - rank;
        boolean alone = slotOf(after, joined.life(other)).isEmpty();
        if (alone) {
            joined = joined.with(other, WorldPhase.BROKEN);
        } else if (joined.is(other, WorldPhase.FORMING)) {
            // That they have connected shows only when one of them finds it READY.
            joined = joined.connected();
        }
        put(after, net(after).with(joined));
    }

    private void leave(int[] after, ActorLife life, long world) {
        net(after).meeting(world).ifPresent(meeting -> {
            int rank = meeting.life(0).equals(life) ? 0 : 1;
            if (!meeting.isOver(rank)) {
                put(after, net(after).with(meeting.with(rank, WorldPhase.CLOSED)));
            }
        });
    }

    private void cancel(int[] after, Effect.Cancel cancel) {
        CancelAttempt message = CancelAttempt.newBuilder()
                .setAttempt(Attempt.newBuilder().setRequest(cancel.request()).setAttempt(cancel.attempt()))
                .build();
        put(
                after,
                net(after).changed(link -> link.id() == cancel.link() && link.up() ? link.cancelled(message) : link));
    }

    private void complete(int[] after, Effect.Complete complete, List<String> wrong) {
        if (complete.outcome() instanceof Outcome.Failed failed && !mayFail(after, failed)) {
            wrong.add("a request fails: " + failed.error().getMessage());
        }
        for (long waiter : complete.waiters()) {
            int request = Client.requestOf(waiter);
            boolean waits = client(after).progress(request) == Progress.WAITING
                    && client(after).waiter(request) == waiter;
            if (waits) {
                put(after, client(after).with(request, Progress.REPLIED));
            } else {
                wrong.add("request %d is answered where nobody waits for it (any more)".formatted(request + 1));
            }
        }
    }

    /** Three lives that ended, or were cut off, while they had it: then it is said to end them. */
    private boolean mayFail(int[] after, Outcome.Failed failed) {
        return failed.error().code() == ErrorCode.POISONED_REQUEST && parts.row.faults(after) >= DEATHS;
    }

    // ---- what follows at once ----

    /**
     * Processes that ended or started, assignments that their agent gave them, and what they tell their agent: on one host
     * all of this is known at once.
     */
    void settle(int[] after, List<String> wrong) {
        boolean again = true;
        while (again) {
            again = callIn(after);
            for (int n = 0; n < parts.row.bounds().nodes(); n++) {
                again |= settle(after, n, wrong);
            }
            again |= bury(after, wrong);
        }
    }

    private boolean callIn(int[] after) {
        boolean changed = false;
        for (int n = 0; n < parts.row.bounds().nodes(); n++) {
            for (NodeView.Own own : parts.node(after, n).own()) {
                if (own.event() == Event.WORKER_CALLS_IN) {
                    int node = after[parts.row.node(n)];
                    parts.moveNode(after, n, parts.nodes.take(node, own.event(), own.folder()));
                    changed = true;
                }
            }
        }
        return changed;
    }

    private boolean settle(int[] after, int n, List<String> wrong) {
        boolean changed = false;
        for (Running process : parts.node(after, n).workers()) {
            if (process.desired().isEmpty()) {
                continue;
            }
            Optional<Integer> known = slotOf(after, process.life());
            int slot = known.orElseGet(() -> start(after, process));
            WorkerView view = view(after, slot);
            // A gateway takes its own step: which way requests go by a new table may be for chance to decide.
            if (!view.isGateway() && !view.stamp().equals(process.stamp())) {
                WorkerInput assigned = new WorkerInput.Assigned(
                        process.stamp(), process.desired().get());
                act(after, slot, only(worker(after, slot), assigned), wrong);
                changed = true;
            }
            if (!view(after, slot).report().equals(process.said())) {
                int report =
                        parts.nodes.number(process.folder(), view(after, slot).report());
                parts.moveNode(after, n, parts.nodes.take(after[parts.row.node(n)], Event.WORKER_REPORTS, report));
                changed = true;
            }
        }
        return changed;
    }

    private int start(int[] after, Running process) {
        List<Integer> all = new ArrayList<>(
                slots(after).stream().map(slot -> worker(after, slot)).toList());
        all.add(workers.start(process.life(), process.desired().orElseThrow()));
        put(after, all);
        return slotOf(after, process.life()).orElseThrow();
    }

    /** A step in which chance decides nothing, or nothing that matters. */
    WorkerPart.Result only(int worker, WorkerInput input) {
        return workers.take(worker, input).get(0);
    }

    private boolean bury(int[] after, List<String> wrong) {
        for (int slot : slots(after)) {
            ActorLife life = view(after, slot).life();
            if (!runs(after, life)) {
                List<Integer> others = slots(after).stream()
                        .filter(other -> other != slot)
                        .map(other -> worker(after, other))
                        .toList();
                boolean gateway = view(after, slot).isGateway();
                put(after, others);
                part(after, life);
                unlink(after, life, gateway, wrong);
                return true;
            }
        }
        return false;
    }

    private boolean runs(int[] state, ActorLife life) {
        return process(state, life).isPresent();
    }

    Optional<Running> process(int[] state, ActorLife life) {
        for (int n = 0; n < parts.row.bounds().nodes(); n++) {
            for (Running process : parts.node(state, n).workers()) {
                if (process.life().equals(life)) {
                    return Optional.of(process);
                }
            }
        }
        return Optional.empty();
    }

    Step step(PipelineEvent event, int who, int what, int[] after, List<String> wrong) {
        after[rested] = 0;
        settle(after, wrong);
        return parts.step(event, who, what, after, wrong);
    }

    private void part(int[] after, ActorLife life) {
        for (Meeting meeting : net(after).meetings()) {
            for (int rank = 0; rank <= 1; rank++) {
                if (meeting.life(rank).equals(life) && !meeting.isOver(rank)) {
                    put(after, net(after).with(meeting.with(rank, WorldPhase.BROKEN)));
                }
            }
        }
    }

    private void unlink(int[] after, ActorLife life, boolean gateway, List<String> wrong) {
        for (Link link : net(after).links()) {
            if (!gateway && link.replica().equals(life)) {
                put(after, net(after).with(link.down()));
            } else if (gateway && link.gateway().equals(life)) {
                put(after, net(after).without(link));
                if (link.up()) {
                    slotOf(after, link.replica())
                            .ifPresent(slot ->
                                    act(after, slot, only(worker(after, slot), new WorkerInput.LinkDown(life)), wrong));
                }
            }
        }
        if (gateway) {
            put(after, client(after).withoutGateway());
        }
    }

    /** Who listens there. */
    Optional<ActorLife> at(int[] state, String host, int port) {
        return parts.node(state, Row.nodeNamed(host)).workers().stream()
                .filter(process -> process.port() == port)
                .map(Running::life)
                .findFirst();
    }
}
