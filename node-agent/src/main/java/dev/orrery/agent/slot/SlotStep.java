package dev.orrery.agent.slot;

import java.util.List;

/** One transition: why, whereto, what to do, and until when the new state may last. */
public record SlotStep(SlotEvent event, SlotState to, List<SlotEffect> effects, long deadline) {
    public SlotStep {
        effects = List.copyOf(effects);
    }
}
