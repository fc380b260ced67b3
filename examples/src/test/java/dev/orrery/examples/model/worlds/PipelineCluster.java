package dev.orrery.examples.model.worlds;

import dev.orrery.examples.model.Cluster;
import dev.orrery.examples.model.Event;
import dev.orrery.examples.model.Guards;
import dev.orrery.examples.model.HeadPart;
import dev.orrery.examples.model.HeadSteps;
import dev.orrery.examples.model.ModelledHead.Input;
import dev.orrery.examples.model.PerState;
import dev.orrery.examples.model.Protocol;
import dev.orrery.examples.model.Row;
import dev.orrery.examples.model.StoreState;
import dev.orrery.head.state.PipelineState;
import dev.orrery.head.store.RecordKey;
import dev.orrery.head.zookeeper.StoreAccess;
import dev.orrery.nccl.world.WorldPhase;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A cluster with a pipeline: heads, ZooKeeper, agents, and what its gateway, replicas and clients do between them. */
final class PipelineCluster implements Protocol {
    static final String PIPELINE = "p";
    static final String FIRST_STAGE = "a";

    /** After so many moments of rest all has to be as it is wanted. */
    private static final int PATIENCE = 30;

    private static final Set<Event> CLUSTER_FAULTS = EnumSet.of(
            Event.HEAD_CRASHES,
            Event.SESSION_EXPIRES,
            Event.ANSWER_LOST,
            Event.AGENT_GIVES_UP,
            Event.AGENT_CRASHES,
            Event.SET_HALF_DONE,
            Event.WORKER_CRASHES,
            Event.TIME_PASSES);

    private final PipelineBounds bounds;
    private final Cluster cluster;
    private final PipelineParts parts;
    private final WorldMoves worlds;
    private final RequestMoves requests;
    private final PerState<StoredPipeline> stored;

    PipelineCluster(PipelineBounds bounds, RoutingGuards guards, StoreState beginning) {
        this.bounds = bounds;
        this.cluster = new Cluster(bounds.cluster(), Guards.ALL, beginning);
        this.parts = new PipelineParts(cluster.parts, guards);
        this.worlds = new WorldMoves(parts, guards, bounds);
        this.requests = new RequestMoves(parts, bounds);
        String path = StoreAccess.path(HeadSteps.CLUSTER, new RecordKey.PipelineKey(PIPELINE));
        this.stored = new PerState<>(store -> StoredPipeline.of(parts.parts.store.state(store), path));
    }

    /** What no fault leads to, before any request. */
    @Override
    public int[] initial() {
        int[] state = Arrays.copyOf(cluster.started(), parts.length());
        parts.put(state, Net.NOTHING);
        parts.put(state, Client.of(0));
        state[Row.SPENT] = Row.ALL_SPENT;
        for (Optional<Step> next = first(state); next.isPresent() && !begins(state); next = first(state)) {
            if (!next.get().violations().isEmpty()) {
                throw new IllegalStateException(
                        "before any fault: " + next.get().violations());
            }
            state = next.get().after();
        }
        state[Row.SPENT] = 0;
        parts.rest(state, 0);
        parts.put(state, Client.of(bounds.requests()));
        return state;
    }

    private boolean begins(int[] state) {
        return !bounds.deployed() && !parts.net(state).meetings().isEmpty();
    }

    private Optional<Step> first(int[] state) {
        List<Step> steps = new ArrayList<>();
        next(
                state,
                step -> {
                    if (!Arrays.equals(step.after(), state)) {
                        steps.add(step);
                    }
                },
                false);
        return steps.stream().findFirst();
    }

    @Override
    public void next(int[] state, Steps steps) {
        next(state, step -> steps.step(withControl(step, control -> {})), true);
    }

    /** With all that a control plane does at once then, if it does. */
    private Step withControl(Step step, Steps told) {
        if (bounds.control() != Speed.AT_ONCE) {
            return step;
        }
        int[] after = step.after();
        List<String> wrong = new ArrayList<>(step.violations());
        for (List<Step> controls = controls(after); !controls.isEmpty(); controls = controls(after)) {
            told.step(controls.get(0));
            after = controls.get(0).after();
            wrong.addAll(controls.get(0).violations());
        }
        return new Step(step.event(), step.who(), step.what(), after, wrong);
    }

    private List<Step> controls(int[] state) {
        List<Step> controls = new ArrayList<>();
        control(state, controls, new ArrayList<>());
        return controls;
    }

    private void next(int[] state, Steps steps, boolean mayScale) {
        boolean[] rests = {true};
        Steps counted = step -> {
            boolean fault = bounds.faults().contains(step.event());
            rests[0] &= fault || Arrays.equals(step.after(), state);
            steps.step(step);
        };
        List<Step> controls = new ArrayList<>();
        List<Step> faults = new ArrayList<>();
        control(state, controls, faults);
        faults.forEach(counted::step);
        if (bounds.control() != Speed.LAST) {
            controls.forEach(counted::step);
            if (cluster.heads.aloneAtStore(state) >= 0) {
                return;
            }
        }
        worlds.all(state, counted);
        requests.all(state, counted);
        if (bounds.control() == Speed.LAST && rests[0] && !controls.isEmpty()) {
            counted.step(controls.get(0));
        }
        if (mayScale && bounds.scaledTo() > 0 && !parts.isScaled(state)) {
            scale(state, steps);
        }
        if (rests[0]) {
            rest(state, steps);
        }
    }

    /** What heads, ZooKeeper and agents do, and what can happen to them and to workers' processes. */
    private void control(int[] state, List<Step> controls, List<Step> faults) {
        cluster.next(state, step -> {
            Event event = (Event) step.event();
            boolean fault = CLUSTER_FAULTS.contains(event);
            if (!fault || bounds.faults().contains(event)) {
                int[] after = step.after();
                List<String> wrong = new ArrayList<>(step.violations());
                parts.rest(after, 0);
                parts.settle(after, wrong);
                (fault ? faults : controls).add(new Step(event, step.who(), step.what(), after, wrong));
            }
        });
    }

    private void scale(int[] state, Steps steps) {
        for (int h = 0; h < bounds.cluster().heads(); h++) {
            HeadPart.View head = parts.parts.head(state, h);
            if (head.leads() && head.idle()) {
                int[] after = state.clone();
                parts.scale(after);
                parts.rest(after, 0);
                Step step = cluster.heads.takes(
                        after,
                        h,
                        Event.HEAD_SCALES,
                        0,
                        () -> new Input.Scaled(PIPELINE, FIRST_STAGE, bounds.scaledTo()));
                steps.step(step);
            }
        }
    }

    /** Nothing goes on by itself: either all is as it should be, or time has to pass. */
    private void rest(int[] state, Steps steps) {
        Optional<String> missing = missing(state);
        if (missing.isEmpty()) {
            return;
        }
        if (parts.rested(state) >= PATIENCE) {
            steps.step(new Step(
                    PipelineEvent.RESTS, 0, 0, state.clone(), List.of("nothing goes on, but " + missing.get())));
            return;
        }
        int[] after = state.clone();
        for (int h = 0; h < bounds.cluster().heads(); h++) {
            HeadPart.View head = parts.parts.head(after, h);
            if (head.leads() && head.idle()) {
                after = cluster.heads
                        .takes(after, h, Event.MOMENT_PASSES, 0, Input.Moment::new)
                        .after();
            }
        }
        gatewayRests(after, parts.rested(state) + 1, steps);
    }

    private void gatewayRests(int[] before, int moments, Steps steps) {
        Optional<Integer> due =
                parts.gateway(before).filter(slot -> parts.view(before, slot).due());
        if (due.isEmpty()) {
            steps.step(rested(before, moments, new ArrayList<>()));
            return;
        }
        int gateway = parts.worker(before, due.get());
        for (WorkerPart.Result result : parts.workers.take(gateway, new WorkerInput.Moment())) {
            int[] after = before.clone();
            List<String> wrong = new ArrayList<>();
            parts.act(after, due.get(), result, wrong);
            steps.step(rested(after, moments, wrong));
        }
    }

    private Step rested(int[] after, int moments, List<String> wrong) {
        parts.rest(after, moments);
        parts.settle(after, wrong);
        return parts.parts.step(PipelineEvent.A_MOMENT_PASSES, 0, 0, after, wrong);
    }

    /** What is other than it should be, were nothing to happen any more. */
    private Optional<String> missing(int[] state) {
        StoredPipeline now = stored.of(state[Row.STORE]);
        if (!now.state().equals(PipelineState.RUNNING.name())) {
            return Optional.of("the pipeline is " + now.state());
        } else if (now.worlds().size() != now.edges() || !now.allReady()) {
            return Optional.of(now.worlds().size() + " worlds are there where " + now.edges() + " should be READY");
        }
        for (long world : now.worlds()) {
            boolean formed = parts.net(state)
                    .meeting(world)
                    .filter(it -> it.is(0, WorldPhase.READY) && it.is(1, WorldPhase.READY))
                    .isPresent();
            if (!formed) {
                return Optional.of("world %x is not READY at both members".formatted(world));
            }
        }
        return parts.client(state).isServed()
                ? Optional.empty()
                : Optional.of("a request is not answered: " + parts.client(state));
    }

    @Override
    public String describe(int[] before, Step step) {
        StringBuilder text = new StringBuilder(text(before, step));
        next(
                before,
                first -> {
                    boolean same =
                            first.event() == step.event() && first.who() == step.who() && first.what() == step.what();
                    int[][] at = {first.after()};
                    StringBuilder more = new StringBuilder();
                    Step last = withControl(first, control -> {
                        more.append("; ").append(text(at[0], control));
                        at[0] = control.after();
                    });
                    if (same && Arrays.equals(last.after(), step.after()) && text.indexOf(";") < 0) {
                        text.append(more);
                    }
                },
                true);
        return text.toString();
    }

    private String text(int[] before, Step step) {
        if (step.event() instanceof Event) {
            return cluster.describe(before, step);
        }
        PipelineEvent event = (PipelineEvent) step.event();
        return switch (event) {
            case MEMBERS_MEET, MESSAGE_ARRIVES -> event.text(world(before, step.who()));
            case WORLD_FORMS, WORLD_FAILS, WORLD_CLOSES, WORLD_IS_LOST ->
                event.text(world(before, step.who()), "rank " + step.what());
            case STAGE_RUNS, REPLICA_ATTACHES, TABLE_ARRIVES, OLD_TABLE_ARRIVES ->
                event.text(parts.view(before, step.who()).name());
            case NOTICE_ARRIVES, CANCEL_ARRIVES, LINK_IS_CUT, LINK_ENDS -> event.text(link(before, step.who()));
            case CLIENT_ASKS, CLIENT_HEARS, CLIENT_IS_CUT_OFF -> event.text(step.who() + 1);
            case A_MOMENT_PASSES, RESTS -> event.text();
        };
    }

    private String world(int[] state, int index) {
        return WorldMoves.name(parts.net(state).meetings().get(index));
    }

    private String link(int[] state, int id) {
        Link link = parts.net(state).link(id).orElseThrow();
        return link.replica().getActor() + "#" + link.replica().getIncarnation()
                + link.notices().stream()
                        .findFirst()
                        .map(notice -> " (" + notice.getKindCase() + ")")
                        .orElse("");
    }

    String sizes() {
        return "%s, workers %,d (%,d steps), nets %,d"
                .formatted(cluster.sizes(), parts.workers.size(), parts.workers.stepsMade(), parts.nets.size());
    }
}
