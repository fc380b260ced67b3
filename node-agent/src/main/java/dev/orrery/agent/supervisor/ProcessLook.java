package dev.orrery.agent.supervisor;

import dev.orrery.agent.process.Verdict;
import dev.orrery.agent.slot.SlotState;
import dev.orrery.internal.time.NanoClock;
import java.util.Optional;

/** Finds out what has become of a slot's process, and notes it in the slot. */
final class ProcessLook {
    private final WorkerHost host;
    private final NanoClock clock;
    private final SupervisorSettings settings;
    private final SlotActions actions;

    ProcessLook(WorkerHost host, NanoClock clock, SupervisorSettings settings, SlotActions actions) {
        this.host = host;
        this.clock = clock;
        this.settings = settings;
        this.actions = actions;
    }

    /** Returns whether the slot's process has become known just now. */
    boolean at(WorkerSlot slot) {
        boolean hasProcess =
                switch (slot.state) {
                    case REGISTERING, RUNNING, STOPPING, TERMINATING, KILLING -> true;
                    case PREPARING, LAUNCHING, CLEARING, EXITED -> false;
                };
        if (!hasProcess || slot.exit.isPresent()) {
            return false;
        }
        Verdict verdict = host.look(slot.folder);
        if (verdict instanceof Verdict.Gone gone) {
            slot.exit = Optional.of(gone.status());
        } else if (verdict instanceof Verdict.Alive alive && slot.process.isEmpty()) {
            slot.process = alive.worker();
            if (slot.process.isPresent()) {
                actions.repeat(slot);
                return true;
            }
        } else if (verdict instanceof Verdict.Untold) {
            awaitShim(slot);
        } else if (verdict instanceof Verdict.Unknown && slot.state == SlotState.KILLING) {
            slot.exit = Optional.of(host.giveUp(slot.folder));
        }
        return false;
    }

    private void awaitShim(WorkerSlot slot) {
        long now = clock.nanoTime();
        if (slot.tellBy.filter(end -> now - end < 0).isPresent()) {
            return;
        }
        if (slot.tellBy.isPresent()) {
            actions.giveUpShim(slot);
        }
        slot.tellBy = Optional.of(now + settings.shimPatience().toNanos());
    }
}
