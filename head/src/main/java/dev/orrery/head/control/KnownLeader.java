package dev.orrery.head.control;

import dev.orrery.internal.rpc.HostPort;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What a head that stands by can say of the leader.
 *
 * @param address where another head leads, or did when this one last heard of it
 * @param doubt why it cannot hear of another now
 */
public record KnownLeader(Optional<HostPort> address, Optional<String> doubt) {
    /** Who knows that. */
    public interface Source extends Supplier<KnownLeader> {
        /** Agents look for a leader and cannot reach the one that is known. */
        default void isMissed() {}
    }
}
