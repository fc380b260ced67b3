package dev.orrery.worker.actor;

import dev.orrery.error.Failure;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.world.JoinedWorld;
import java.util.Optional;

/**
 * How one world of a name is.
 *
 * @param joined once it was READY
 * @param cause why it is over, where that is known
 */
record WorldStanding(long id, WorldState state, Optional<JoinedWorld> joined, Optional<Failure> cause) {
    static WorldStanding forming(long id) {
        return new WorldStanding(id, WorldState.FORMING, Optional.empty(), Optional.empty());
    }

    WorldStanding ready(JoinedWorld world) {
        return new WorldStanding(id, WorldState.READY, Optional.of(world), Optional.empty());
    }

    WorldStanding over(WorldState end, Optional<Failure> why) {
        return new WorldStanding(id, end, joined, why);
    }

    boolean isReady() {
        return state == WorldState.READY;
    }

    boolean isOver() {
        return state == WorldState.BROKEN || state == WorldState.CLOSED;
    }

    /** For people: {@code world 7 is BROKEN}. */
    String summary() {
        return "world " + Long.toHexString(id) + " is " + state
                + cause.map(first -> " (" + first.summary() + ")").orElse("");
    }
}
