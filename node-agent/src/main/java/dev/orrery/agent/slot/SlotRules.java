package dev.orrery.agent.slot;

import dev.orrery.agent.slot.SlotObservation.Work;
import dev.orrery.internal.fsm.TransitionTable;
import dev.orrery.internal.fsm.TransitionTable.Outcome;
import java.util.List;
import java.util.Optional;

/** The life of a slot: which event an observation amounts to, where it leads, and what has to be done there. */
public final class SlotRules {
    public static final TransitionTable<SlotState, SlotEvent> TABLE = table();

    private SlotRules() {}

    private static TransitionTable<SlotState, SlotEvent> table() {
        String noProcess = "it has no process yet";
        String hasProcess = "it has a process already";
        String ending = "it is being ended";
        return TransitionTable.named("slot", SlotState.PREPARING, SlotEvent.class)
                .go(SlotState.PREPARING, SlotEvent.PREPARED, SlotState.LAUNCHING)
                .go(SlotState.PREPARING, SlotEvent.PREPARE_FAILED, SlotState.EXITED)
                .go(SlotState.PREPARING, SlotEvent.UNWANTED, SlotState.EXITED)
                .go(SlotState.PREPARING, SlotEvent.SUPERSEDED, SlotState.EXITED)
                .go(SlotState.PREPARING, SlotEvent.OVERDUE, SlotState.EXITED)
                .rest(SlotState.PREPARING, event -> new Outcome.Refuse<>(noProcess))
                .go(SlotState.LAUNCHING, SlotEvent.FORKED, SlotState.REGISTERING)
                .go(SlotState.LAUNCHING, SlotEvent.FORK_FAILED, SlotState.EXITED)
                .ignore(SlotState.LAUNCHING, SlotEvent.UNWANTED, "the fork under way cannot be taken back")
                .ignore(SlotState.LAUNCHING, SlotEvent.SUPERSEDED, "the fork under way cannot be taken back")
                .ignore(SlotState.LAUNCHING, SlotEvent.OVERDUE, "the fork under way cannot be taken back")
                .rest(SlotState.LAUNCHING, event -> new Outcome.Refuse<>("the fork is not known to be done"))
                .go(SlotState.REGISTERING, SlotEvent.CALLED_IN, SlotState.RUNNING)
                .go(SlotState.REGISTERING, SlotEvent.UNWANTED, SlotState.TERMINATING)
                .go(SlotState.REGISTERING, SlotEvent.SUPERSEDED, SlotState.KILLING)
                .go(SlotState.REGISTERING, SlotEvent.OVERDUE, SlotState.KILLING)
                .go(SlotState.REGISTERING, SlotEvent.SILENT, SlotState.KILLING)
                .go(SlotState.REGISTERING, SlotEvent.GONE, SlotState.CLEARING)
                .rest(SlotState.REGISTERING, event -> new Outcome.Refuse<>(hasProcess))
                .go(SlotState.RUNNING, SlotEvent.UNWANTED, SlotState.STOPPING)
                .go(SlotState.RUNNING, SlotEvent.SUPERSEDED, SlotState.KILLING)
                .go(SlotState.RUNNING, SlotEvent.OVERDUE, SlotState.KILLING)
                .go(SlotState.RUNNING, SlotEvent.SILENT, SlotState.KILLING)
                .go(SlotState.RUNNING, SlotEvent.GONE, SlotState.CLEARING)
                .ignore(SlotState.RUNNING, SlotEvent.CALLED_IN, "a connection may be made anew")
                .rest(SlotState.RUNNING, event -> new Outcome.Refuse<>(hasProcess))
                .go(SlotState.STOPPING, SlotEvent.OVERDUE, SlotState.TERMINATING)
                .go(SlotState.STOPPING, SlotEvent.SUPERSEDED, SlotState.KILLING)
                .go(SlotState.STOPPING, SlotEvent.GONE, SlotState.CLEARING)
                .ignore(SlotState.STOPPING, SlotEvent.UNWANTED, ending)
                .ignore(SlotState.STOPPING, SlotEvent.CALLED_IN, ending)
                .rest(SlotState.STOPPING, event -> new Outcome.Refuse<>(hasProcess))
                .go(SlotState.TERMINATING, SlotEvent.OVERDUE, SlotState.KILLING)
                .go(SlotState.TERMINATING, SlotEvent.SUPERSEDED, SlotState.KILLING)
                .go(SlotState.TERMINATING, SlotEvent.GONE, SlotState.CLEARING)
                .ignore(SlotState.TERMINATING, SlotEvent.UNWANTED, ending)
                .ignore(SlotState.TERMINATING, SlotEvent.CALLED_IN, ending)
                .rest(SlotState.TERMINATING, event -> new Outcome.Refuse<>(hasProcess))
                // Itself again: SIGKILL is sent anew until the process is gone.
                .go(SlotState.KILLING, SlotEvent.OVERDUE, SlotState.KILLING)
                .go(SlotState.KILLING, SlotEvent.GONE, SlotState.CLEARING)
                .ignore(SlotState.KILLING, SlotEvent.UNWANTED, ending)
                .ignore(SlotState.KILLING, SlotEvent.SUPERSEDED, ending)
                .ignore(SlotState.KILLING, SlotEvent.CALLED_IN, ending)
                .rest(SlotState.KILLING, event -> new Outcome.Refuse<>(hasProcess))
                .go(SlotState.CLEARING, SlotEvent.CLEARED, SlotState.EXITED)
                .rest(SlotState.CLEARING, event -> new Outcome.Ignore<>(ending))
                .rest(SlotState.EXITED, event -> new Outcome.Ignore<>("the state is final"))
                .build();
    }

    /** What {@code seen} makes of a slot in {@code state}; empty when it stays as it is. */
    public static Optional<SlotStep> next(SlotState state, SlotObservation seen, SlotTimes times, long now) {
        return event(state, seen, now)
                .filter(event -> TABLE.on(state, event) instanceof Outcome.Go<SlotState>)
                .map(event -> step((Outcome.Go<SlotState>) TABLE.on(state, event), event, seen, times, now));
    }

    private static SlotStep step(
            Outcome.Go<SlotState> go, SlotEvent event, SlotObservation seen, SlotTimes times, long now) {
        SlotState to = go.to();
        long deadline =
                times.keepsDeadline(to) ? seen.deadline() : now + times.in(to).toNanos();
        return new SlotStep(event, to, effects(to), deadline);
    }

    /** The one event that counts now; the end of a process before anything that would be done to it. */
    static Optional<SlotEvent> event(SlotState state, SlotObservation seen, long now) {
        return switch (state) {
            case PREPARING -> preparing(seen, now);
            case LAUNCHING -> forking(seen);
            case REGISTERING, RUNNING -> running(state, seen, now);
            case STOPPING -> ending(seen, now, !seen.connected());
            case TERMINATING -> ending(seen, now, false);
            case KILLING -> seen.gone() ? Optional.of(SlotEvent.GONE) : overdue(seen, now);
            case CLEARING -> seen.cleared() ? Optional.of(SlotEvent.CLEARED) : Optional.empty();
            case EXITED -> Optional.empty();
        };
    }

    private static Optional<SlotEvent> preparing(SlotObservation seen, long now) {
        if (seen.superseded() || !seen.wanted()) {
            return Optional.of(seen.superseded() ? SlotEvent.SUPERSEDED : SlotEvent.UNWANTED);
        }
        if (seen.preparation() == Work.FAILED) {
            return Optional.of(SlotEvent.PREPARE_FAILED);
        }
        if (seen.preparation() == Work.DONE && seen.alone()) {
            return Optional.of(SlotEvent.PREPARED);
        }
        return overdue(seen, now);
    }

    private static Optional<SlotEvent> forking(SlotObservation seen) {
        return switch (seen.fork()) {
            case PENDING -> Optional.empty();
            case DONE -> Optional.of(SlotEvent.FORKED);
            case FAILED -> Optional.of(SlotEvent.FORK_FAILED);
        };
    }

    private static Optional<SlotEvent> running(SlotState state, SlotObservation seen, long now) {
        if (seen.gone()) {
            return Optional.of(SlotEvent.GONE);
        }
        if (seen.superseded() || !seen.wanted()) {
            return Optional.of(seen.superseded() ? SlotEvent.SUPERSEDED : SlotEvent.UNWANTED);
        }
        if (state == SlotState.REGISTERING && seen.connected()) {
            return Optional.of(SlotEvent.CALLED_IN);
        }
        if (seen.silent() && !seen.connected()) {
            return Optional.of(SlotEvent.SILENT);
        }
        return seen.open() ? Optional.empty() : overdue(seen, now);
    }

    private static Optional<SlotEvent> ending(SlotObservation seen, long now, boolean unreachable) {
        if (seen.gone()) {
            return Optional.of(SlotEvent.GONE);
        }
        if (seen.superseded()) {
            return Optional.of(SlotEvent.SUPERSEDED);
        }
        return unreachable ? Optional.of(SlotEvent.OVERDUE) : overdue(seen, now);
    }

    private static Optional<SlotEvent> overdue(SlotObservation seen, long now) {
        return seen.overdue(now) ? Optional.of(SlotEvent.OVERDUE) : Optional.empty();
    }

    static List<SlotEffect> effects(SlotState entered) {
        return switch (entered) {
            case LAUNCHING -> List.of(SlotEffect.LAUNCH);
            case STOPPING -> List.of(SlotEffect.ASK_TO_STOP);
            case TERMINATING -> List.of(SlotEffect.TERMINATE);
            case KILLING -> List.of(SlotEffect.KILL);
            case CLEARING -> List.of(SlotEffect.END_STRAYS);
            case EXITED -> List.of(SlotEffect.CLEAN_UP);
            case PREPARING, REGISTERING, RUNNING -> List.of();
        };
    }
}
