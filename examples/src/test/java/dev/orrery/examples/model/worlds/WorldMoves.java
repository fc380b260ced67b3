package dev.orrery.examples.model.worlds;

import dev.orrery.examples.model.Protocol.Steps;
import dev.orrery.examples.model.Row;
import dev.orrery.internal.proto.HostPort;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.nccl.world.WorldPhase;
import java.util.ArrayList;
import java.util.List;

/** Everything that can happen to worlds, and to what is sent over them. */
final class WorldMoves {
    /** Of two members the later one dials. */
    private static final int LISTENER = 0;

    private static final int DIALLER = 1;
    private static final int RECEIVER = 1;

    private final PipelineParts parts;
    private final RoutingGuards guards;
    private final PipelineBounds bounds;

    WorldMoves(PipelineParts parts, RoutingGuards guards, PipelineBounds bounds) {
        this.parts = parts;
        this.guards = guards;
        this.bounds = bounds;
    }

    void all(int[] state, Steps steps) {
        List<Meeting> meetings = parts.net(state).meetings();
        for (int index = 0; index < meetings.size(); index++) {
            Meeting meeting = meetings.get(index);
            if (!guards.lifeChecked() && !meeting.met() && meeting.is(DIALLER, WorldPhase.FORMING)) {
                meetAnybody(state, index, meeting, steps);
            }
            for (int rank = 0; rank <= 1; rank++) {
                member(state, index, meeting, rank, steps);
            }
            if (!meeting.queue().isEmpty() && meeting.is(RECEIVER, WorldPhase.READY)) {
                arrives(state, index, meeting, steps);
            }
        }
    }

    /** Whoever listens at that address takes part, whether or not it is he who is meant. */
    private void meetAnybody(int[] state, int index, Meeting meeting, Steps steps) {
        HostPort address = meeting.member(LISTENER).getDataAddress();
        parts.at(state, address.getHost(), address.getPort())
                .filter(there -> !there.equals(meeting.life(LISTENER)))
                .ifPresent(there -> {
                    String what = "%s#%d takes part in a world as %s#%d"
                            .formatted(
                                    there.getActor(),
                                    there.getIncarnation(),
                                    meeting.life(LISTENER).getActor(),
                                    meeting.life(LISTENER).getIncarnation());
                    List<String> wrong = new ArrayList<>(List.of(what));
                    steps.step(parts.step(PipelineEvent.MEMBERS_MEET, index, 0, state.clone(), wrong));
                });
    }

    private void member(int[] state, int index, Meeting meeting, int rank, Steps steps) {
        int other = 1 - rank;
        boolean forming = meeting.is(rank, WorldPhase.FORMING);
        boolean ready = meeting.is(rank, WorldPhase.READY);
        if (forming && meeting.met() && !meeting.isOver(other)) {
            WorkerInput input = new WorkerInput.WorldReady(meeting.spec(), rank);
            tells(state, PipelineEvent.WORLD_FORMS, index, rank, WorldPhase.READY, input, steps);
        }
        boolean left = meeting.is(other, WorldPhase.CLOSED);
        if (ready && left && (rank != RECEIVER || meeting.queue().isEmpty())) {
            ends(state, PipelineEvent.WORLD_CLOSES, index, rank, WorldPhase.CLOSED, steps);
        } else if ((forming && meeting.isOver(other)) || (ready && meeting.is(other, WorldPhase.BROKEN))) {
            ends(state, PipelineEvent.WORLD_FAILS, index, rank, WorldPhase.BROKEN, steps);
        }
        boolean mayBreak = (forming || ready)
                && !meeting.isOver(other)
                && bounds.faults().contains(PipelineEvent.WORLD_IS_LOST)
                && parts.parts.row.mayLose(state);
        if (mayBreak) {
            int[] lost = Row.lose(state);
            ends(lost, PipelineEvent.WORLD_IS_LOST, index, rank, WorldPhase.BROKEN, steps);
        }
    }

    private void ends(int[] state, PipelineEvent event, int index, int rank, WorldPhase phase, Steps steps) {
        Meeting meeting = parts.net(state).meetings().get(index);
        WorldState told = phase.toMessage();
        tells(state, event, index, rank, phase, new WorkerInput.WorldOver(meeting.id(), told, true), steps);
    }

    /** The member hears of it. */
    private void tells(
            int[] state, PipelineEvent event, int index, int rank, WorldPhase phase, WorkerInput input, Steps steps) {
        Meeting meeting = parts.net(state).meetings().get(index);
        int slot = parts.slotOf(state, meeting.life(rank)).orElseThrow();
        for (WorkerPart.Result result : parts.workers.take(parts.worker(state, slot), input)) {
            int[] after = state.clone();
            List<String> wrong = new ArrayList<>();
            parts.put(after, parts.net(after).with(meeting.with(rank, phase)));
            parts.act(after, slot, result, wrong);
            steps.step(parts.step(event, index, rank, after, wrong));
        }
    }

    private void arrives(int[] state, int index, Meeting meeting, Steps steps) {
        int slot = parts.slotOf(state, meeting.life(RECEIVER)).orElseThrow();
        WorkerInput input = new WorkerInput.Delivered(meeting.queue().get(0));
        for (WorkerPart.Result result : parts.workers.take(parts.worker(state, slot), input)) {
            int[] after = state.clone();
            List<String> wrong = new ArrayList<>();
            parts.put(after, parts.net(after).with(meeting.taken()));
            parts.act(after, slot, result, wrong);
            steps.step(parts.step(PipelineEvent.MESSAGE_ARRIVES, index, 0, after, wrong));
        }
    }

    /** For people. */
    static String name(Meeting meeting) {
        return "world %x of %s#%d and %s#%d"
                .formatted(
                        meeting.id(),
                        meeting.life(0).getActor(),
                        meeting.life(0).getIncarnation(),
                        meeting.life(1).getActor(),
                        meeting.life(1).getIncarnation());
    }
}
