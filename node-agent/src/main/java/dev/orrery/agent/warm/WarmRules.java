package dev.orrery.agent.warm;

import dev.orrery.internal.fsm.TransitionTable;
import dev.orrery.internal.fsm.TransitionTable.Outcome;
import java.time.Duration;

/** The life of a process that was started without one, and when another is to be started. */
public final class WarmRules {
    public static final TransitionTable<WarmState, WarmEvent> TABLE = table();

    /** Lives that start need the processors more. */
    static final Duration QUIET = Duration.ofSeconds(1);
    /** A life may take minutes to open. */
    static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final int MOST_DOUBLINGS = 6;

    private WarmRules() {}

    private static TransitionTable<WarmState, WarmEvent> table() {
        String theLifes = "it is the life's now, whose slot looks after it";
        String none = "no life is being bound to it";
        return TransitionTable.named("warm worker", WarmState.STARTING, WarmEvent.class)
                .go(WarmState.STARTING, WarmEvent.CALLED_IN, WarmState.WAITING)
                .go(WarmState.STARTING, WarmEvent.LOST, WarmState.ENDING)
                .go(WarmState.STARTING, WarmEvent.OVERDUE, WarmState.ENDING)
                .go(WarmState.STARTING, WarmEvent.UNNEEDED, WarmState.ENDING)
                .rest(WarmState.STARTING, event -> new Outcome.Refuse<>("it has not called in"))
                .go(WarmState.WAITING, WarmEvent.TAKEN, WarmState.BINDING)
                .go(WarmState.WAITING, WarmEvent.LOST, WarmState.ENDING)
                .go(WarmState.WAITING, WarmEvent.UNNEEDED, WarmState.ENDING)
                .ignore(WarmState.WAITING, WarmEvent.CALLED_IN, "a connection may be made anew")
                .ignore(WarmState.WAITING, WarmEvent.OVERDUE, "it has called in")
                .rest(WarmState.WAITING, event -> new Outcome.Refuse<>(none))
                .go(WarmState.BINDING, WarmEvent.WRITTEN, WarmState.BOUND)
                .go(WarmState.BINDING, WarmEvent.WRITE_FAILED, WarmState.ENDING)
                .ignore(WarmState.BINDING, WarmEvent.CALLED_IN, "it is told when that is on disk")
                .ignore(WarmState.BINDING, WarmEvent.LOST, theLifes)
                .ignore(WarmState.BINDING, WarmEvent.OVERDUE, theLifes)
                .ignore(WarmState.BINDING, WarmEvent.UNNEEDED, theLifes)
                .rest(WarmState.BINDING, event -> new Outcome.Refuse<>("it is taken"))
                .rest(WarmState.BOUND, event -> new Outcome.Ignore<>(theLifes))
                .go(WarmState.ENDING, WarmEvent.CLEARED, WarmState.GONE)
                .rest(WarmState.ENDING, event -> new Outcome.Ignore<>("it is being killed"))
                .rest(WarmState.GONE, event -> new Outcome.Ignore<>("the state is final"))
                .build();
    }

    /**
     * What decides whether one more is started.
     *
     * @param wanted how many there should be
     * @param starting how many have not called in
     * @param waiting how many can be taken
     * @param missingSince since when there are too few
     * @param lastBusy when a life was last on its way to serve
     * @param lastFailure when one was lost, if {@code failures} is not 0
     * @param failures that were lost one after the other, and none called in between
     */
    record Stock(
            int wanted, int starting, int waiting, long missingSince, long lastBusy, long lastFailure, int failures) {}

    /** One at a time, when the node is quiet; after failures ever later. */
    static boolean startsOne(Stock stock, long now) {
        if (stock.starting() > 0 || stock.waiting() >= stock.wanted()) {
            return false;
        }
        if (stock.failures() > 0
                && now - stock.lastFailure() < pause(stock.failures()).toNanos()) {
            return false;
        }
        return now - stock.lastBusy() >= QUIET.toNanos() || now - stock.missingSince() >= LONGEST_WAIT.toNanos();
    }

    private static Duration pause(int failures) {
        return FIRST_PAUSE.multipliedBy(1L << Math.min(failures - 1, MOST_DOUBLINGS));
    }
}
