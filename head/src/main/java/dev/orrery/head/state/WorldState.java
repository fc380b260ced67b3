package dev.orrery.head.state;

/** Where a world is in its life; BROKEN and CLOSED are final, and such a world's record is deleted. */
public enum WorldState {
    FORMING,
    READY,
    BROKEN,
    CLOSED;

    public static WorldState of(dev.orrery.internal.proto.WorldState message) {
        return valueOf(message.name());
    }

    public dev.orrery.internal.proto.WorldState toMessage() {
        return dev.orrery.internal.proto.WorldState.valueOf(name());
    }
}
