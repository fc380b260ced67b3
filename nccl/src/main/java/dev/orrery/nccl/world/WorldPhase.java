package dev.orrery.nccl.world;

import dev.orrery.internal.fsm.TransitionTable;
import dev.orrery.internal.fsm.TransitionTable.Outcome;
import dev.orrery.internal.proto.WorldState;

/** Where a world is in its life; BROKEN and CLOSED are final. */
public enum WorldPhase {
    FORMING,
    READY,
    BROKEN,
    CLOSED;

    private static final String FINAL = "the state is final";

    public static final TransitionTable<WorldPhase, WorldEvent> TABLE = TransitionTable.named(
                    "world", FORMING, WorldEvent.class)
            .go(FORMING, WorldEvent.MEMBERS_CONNECTED, READY)
            .go(FORMING, WorldEvent.FAILED, BROKEN)
            .go(FORMING, WorldEvent.PEER_LEFT, BROKEN)
            .go(FORMING, WorldEvent.LEFT, CLOSED)
            .refuse(READY, WorldEvent.MEMBERS_CONNECTED, "they are")
            .go(READY, WorldEvent.FAILED, BROKEN)
            .go(READY, WorldEvent.PEER_LEFT, CLOSED)
            .go(READY, WorldEvent.LEFT, CLOSED)
            .rest(BROKEN, event -> new Outcome.Ignore<>(FINAL))
            .rest(CLOSED, event -> new Outcome.Ignore<>(FINAL))
            .build();

    public boolean isFinal() {
        return this == BROKEN || this == CLOSED;
    }

    public WorldState toMessage() {
        return WorldState.valueOf(name());
    }
}
