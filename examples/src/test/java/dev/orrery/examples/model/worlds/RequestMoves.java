package dev.orrery.examples.model.worlds;

import dev.orrery.examples.model.NodeView.Running;
import dev.orrery.examples.model.Protocol.Steps;
import dev.orrery.examples.model.Row;
import dev.orrery.examples.model.worlds.Client.Progress;
import dev.orrery.internal.proto.ActorLife;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Everything that can happen to requests: at the client, at the gateway, in replicas, and on the links between those. */
final class RequestMoves {
    private final PipelineParts parts;
    private final PipelineBounds bounds;

    RequestMoves(PipelineParts parts, PipelineBounds bounds) {
        this.parts = parts;
        this.bounds = bounds;
    }

    void all(int[] state, Steps steps) {
        for (int slot : parts.slots(state)) {
            WorkerView view = parts.view(state, slot);
            if (view.isGateway()) {
                gateway(state, slot, view, steps);
            } else {
                replica(state, slot, view, steps);
            }
        }
        for (Link link : parts.net(state).links()) {
            link(state, link, steps);
        }
        for (int request = 0; request < parts.client(state).requests().size(); request++) {
            client(state, request, steps);
        }
    }

    private void gateway(int[] state, int slot, WorkerView view, Steps steps) {
        Optional<Running> process = parts.process(state, view.life());
        process.filter(running -> !running.stamp().equals(view.stamp())).ifPresent(running -> {
            WorkerInput input =
                    new WorkerInput.Assigned(running.stamp(), running.desired().orElseThrow());
            takes(state, slot, input, PipelineEvent.TABLE_ARRIVES, slot, steps, after -> {});
        });
        // Where it is refused nothing comes of it, and it is no step.
        WorkerInput old = new WorkerInput.OldTable();
        if (view.hadOtherTable() && parts.only(parts.worker(state, slot), old).after() != parts.worker(state, slot)) {
            takes(state, slot, old, PipelineEvent.OLD_TABLE_ARRIVES, slot, steps, after -> {});
        }
    }

    private void replica(int[] state, int slot, WorkerView view, Steps steps) {
        if (view.waits()) {
            takes(state, slot, new WorkerInput.StageRuns(), PipelineEvent.STAGE_RUNS, slot, steps, after -> {});
        }
        for (ActorLife gateway : view.gateways()) {
            Optional<Integer> there = parts.slotOf(state, gateway);
            if (there.isPresent()
                    && parts.net(state).linkOf(view.life(), gateway).isEmpty()) {
                attaches(state, slot, view, there.get(), steps);
            }
        }
    }

    /** The gateway hears of it first; the replica then tells what it missed. */
    private void attaches(int[] state, int slot, WorkerView view, int there, Steps steps) {
        ActorLife gateway = parts.view(state, there).life();
        int id = parts.net(state).freeLink();
        WorkerInput input = new WorkerInput.Attached(view.life(), view.label(), id);
        takes(state, there, input, PipelineEvent.REPLICA_ATTACHES, slot, steps, after -> {
            parts.put(after, parts.net(after).with(new Link(id, view.life(), gateway, true, List.of(), List.of())));
            WorkerInput up = new WorkerInput.LinkUp(gateway);
            parts.act(after, slot, parts.only(parts.worker(after, slot), up), new ArrayList<>());
        });
    }

    private void link(int[] state, Link link, Steps steps) {
        int gateway = parts.slotOf(state, link.gateway()).orElseThrow();
        if (!link.notices().isEmpty()) {
            WorkerInput input =
                    new WorkerInput.Noticed(link.replica(), link.notices().get(0));
            takes(
                    state,
                    gateway,
                    input,
                    PipelineEvent.NOTICE_ARRIVES,
                    link.id(),
                    steps,
                    after -> parts.put(after, parts.net(after).with(link.noticeTaken())));
        }
        if (!link.up()) {
            WorkerInput input = new WorkerInput.LinkLost(link.replica(), link.id());
            takes(
                    state,
                    gateway,
                    input,
                    PipelineEvent.LINK_ENDS,
                    link.id(),
                    steps,
                    after -> parts.put(after, parts.net(after).without(link)));
            return;
        }
        int replica = parts.slotOf(state, link.replica()).orElseThrow();
        if (!link.cancels().isEmpty()) {
            WorkerInput input =
                    new WorkerInput.Cancelled(link.gateway(), link.cancels().get(0));
            takes(
                    state,
                    replica,
                    input,
                    PipelineEvent.CANCEL_ARRIVES,
                    link.id(),
                    steps,
                    after -> parts.put(after, parts.net(after).with(link.cancelTaken())));
        }
        if (bounds.faults().contains(PipelineEvent.LINK_IS_CUT) && parts.parts.row.mayLose(state)) {
            takes(
                    Row.lose(state),
                    replica,
                    new WorkerInput.LinkDown(link.gateway()),
                    PipelineEvent.LINK_IS_CUT,
                    link.id(),
                    steps,
                    after -> parts.put(after, parts.net(after).with(link.down())));
        }
    }

    private void client(int[] state, int request, Steps steps) {
        Client client = parts.client(state);
        Optional<Integer> gateway = parts.gateway(state);
        Progress progress = client.progress(request);
        if (progress == Progress.UNSENT && gateway.isPresent()) {
            Client asking = client.with(request, Progress.WAITING);
            WorkerInput input = new WorkerInput.Submitted(request, asking.waiter(request));
            takes(
                    state,
                    gateway.get(),
                    input,
                    PipelineEvent.CLIENT_ASKS,
                    request,
                    steps,
                    after -> parts.put(after, asking));
        }
        if (progress == Progress.REPLIED) {
            int[] after = state.clone();
            parts.put(after, client.with(request, Progress.DONE));
            steps.step(parts.step(PipelineEvent.CLIENT_HEARS, request, 0, after, new ArrayList<>()));
        }
        boolean underWay = progress == Progress.WAITING || progress == Progress.REPLIED;
        if (underWay && bounds.faults().contains(PipelineEvent.CLIENT_IS_CUT_OFF) && parts.parts.row.mayLose(state)) {
            cutOff(Row.lose(state), request, gateway, steps);
        }
    }

    private void cutOff(int[] state, int request, Optional<Integer> gateway, Steps steps) {
        Client client = parts.client(state);
        Client cut = client.with(request, Progress.UNSENT);
        if (gateway.isPresent()) {
            WorkerInput input = new WorkerInput.Detached(client.waiter(request));
            takes(
                    state,
                    gateway.get(),
                    input,
                    PipelineEvent.CLIENT_IS_CUT_OFF,
                    request,
                    steps,
                    after -> parts.put(after, cut));
        } else {
            int[] after = state.clone();
            parts.put(after, cut);
            steps.step(parts.step(PipelineEvent.CLIENT_IS_CUT_OFF, request, 0, after, new ArrayList<>()));
        }
    }

    /** @param before what changes around the worker before it takes its step */
    private void takes(
            int[] state,
            int slot,
            WorkerInput input,
            PipelineEvent event,
            int who,
            Steps steps,
            Consumer<int[]> before) {
        for (WorkerPart.Result result : parts.workers.take(parts.worker(state, slot), input)) {
            int[] after = state.clone();
            List<String> wrong = new ArrayList<>();
            before.accept(after);
            parts.act(after, slot, result, wrong);
            steps.step(parts.step(event, who, 0, after, wrong));
        }
    }
}
