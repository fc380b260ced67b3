package dev.orrery.examples.chaos.run;

import dev.orrery.examples.chaos.plan.Fault;
import dev.orrery.examples.chaos.plan.FaultPlan;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Plays a plan, by the clock. */
final class FaultPlayer {
    /** @param begins otherwise it ends */
    private record Moment(long millis, boolean begins, Fault fault) {}

    private final FaultPlan plan;
    private final FaultInjector injector;
    private final Journal journal;
    private final Map<Integer, Long> begun = new HashMap<>();
    private final List<PlayedFault> played = new ArrayList<>();

    FaultPlayer(FaultPlan plan, FaultInjector injector, Journal journal) {
        this.plan = plan;
        this.injector = injector;
        this.journal = journal;
    }

    /** Returns when the last one was undone; what is under way when this is interrupted is undone as well. */
    void play() throws InterruptedException {
        List<Moment> moments = new ArrayList<>();
        for (Fault fault : plan.faults()) {
            moments.add(new Moment(fault.atMillis(), true, fault));
            moments.add(new Moment(fault.endMillis(), false, fault));
        }
        moments.sort(Comparator.comparingLong(Moment::millis)
                .thenComparing(moment -> moment.fault().number())
                .thenComparing(moment -> !moment.begins()));
        long start = System.nanoTime();
        try {
            for (Moment moment : moments) {
                long left = start + TimeUnit.MILLISECONDS.toNanos(moment.millis()) - System.nanoTime();
                TimeUnit.NANOSECONDS.sleep(Math.max(0, left));
                if (moment.begins()) {
                    begin(moment.fault());
                } else {
                    heal(moment.fault());
                }
            }
        } finally {
            plan.faults().forEach(this::heal);
        }
    }

    private void begin(Fault fault) {
        journal.note(fault + " for " + fault.lastsMillis() + " ms");
        long now = System.nanoTime();
        Optional<String> skipped = injector.begin(fault);
        if (skipped.isPresent()) {
            journal.note(fault + " is skipped: " + skipped.get());
            played.add(new PlayedFault(fault, now, now, skipped));
            return;
        }
        begun.put(fault.number(), now);
    }

    private void heal(Fault fault) {
        Long since = begun.remove(fault.number());
        if (since == null) {
            return;
        }
        injector.heal(fault);
        played.add(new PlayedFault(fault, since, System.nanoTime(), Optional.empty()));
        if (fault.lastsMillis() > 0) {
            journal.note(fault + " is undone");
        }
    }

    /** In the order of their ends. */
    List<PlayedFault> played() {
        return List.copyOf(played);
    }
}
