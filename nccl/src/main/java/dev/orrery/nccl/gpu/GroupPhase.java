package dev.orrery.nccl.gpu;

import dev.orrery.internal.fsm.TransitionTable;
import dev.orrery.internal.fsm.TransitionTable.Outcome;

/** Where a member's part in a group of NCCL is in its life; GONE is final. */
public enum GroupPhase {
    /** For the id by which the members find each other. */
    WAITING,
    JOINING,
    READY,
    /** Nothing is under way, and nothing will be. */
    FINISHING,
    ABORTING,
    GONE;

    /** What happens to it. */
    public enum Event {
        ID_KNOWN,
        JOINED,
        DRAINED,
        BROKEN,
        ENDED
    }

    public static final TransitionTable<GroupPhase, Event> TABLE = TransitionTable.named("group", WAITING, Event.class)
            .go(WAITING, Event.ID_KNOWN, JOINING)
            .refuse(WAITING, Event.JOINED, "nothing was begun")
            .go(WAITING, Event.DRAINED, GONE)
            .go(WAITING, Event.BROKEN, GONE)
            .refuse(WAITING, Event.ENDED, "nothing was begun")
            .refuse(JOINING, Event.ID_KNOWN, "an id is for one group, once")
            .go(JOINING, Event.JOINED, READY)
            .go(JOINING, Event.DRAINED, ABORTING)
            .go(JOINING, Event.BROKEN, ABORTING)
            .refuse(JOINING, Event.ENDED, "nothing was ended")
            .refuse(READY, Event.ID_KNOWN, "an id is for one group, once")
            .refuse(READY, Event.JOINED, "it is")
            .go(READY, Event.DRAINED, FINISHING)
            .go(READY, Event.BROKEN, ABORTING)
            .refuse(READY, Event.ENDED, "nothing was ended")
            .refuse(FINISHING, Event.ID_KNOWN, "an id is for one group, once")
            .refuse(FINISHING, Event.JOINED, "it was before")
            .ignore(FINISHING, Event.DRAINED, "it is known")
            .go(FINISHING, Event.BROKEN, ABORTING)
            .go(FINISHING, Event.ENDED, GONE)
            .go(ABORTING, Event.ENDED, GONE)
            .rest(ABORTING, event -> new Outcome.Ignore<>("it is given up"))
            .rest(GONE, event -> new Outcome.Ignore<>("the state is final"))
            .build();
}
