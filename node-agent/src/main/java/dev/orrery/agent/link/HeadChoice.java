package dev.orrery.agent.link;

import dev.orrery.internal.rpc.HostPort;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Whom to dial next. Immutable.
 *
 * @param next index of the head whose turn it is
 * @param hint the leader that a standby has named; tried once before the turn goes on
 * @param failures in a row since the last success
 */
record HeadChoice(List<HostPort> heads, int next, Optional<HostPort> hint, int failures) {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LAST_PAUSE = Duration.ofMillis(500);
    private static final int MAX_DOUBLINGS = 4;

    static HeadChoice among(List<HostPort> heads) {
        return new HeadChoice(List.copyOf(heads), 0, Optional.empty(), 0);
    }

    HostPort address() {
        return hint.orElseGet(() -> heads.get(next));
    }

    /** @param leader named by the head that refused */
    HeadChoice failed(Optional<HostPort> leader) {
        // A hint that failed is not believed again at once, or two confused standbys would send us round for ever.
        Optional<HostPort> believed = leader.filter(address -> hint.isEmpty() && !address.equals(address()));
        int turn = hint.isPresent() ? next : (next + 1) % heads.size();
        return new HeadChoice(heads, turn, believed, failures + 1);
    }

    /** The connected head goes first next time too. */
    HeadChoice succeeded() {
        int index = heads.indexOf(address());
        return new HeadChoice(heads, index < 0 ? next : index, index < 0 ? hint : Optional.empty(), 0);
    }

    /** None before the first try of each head and before a hint: a failover should not wait for us. */
    Duration pause() {
        if (failures < heads.size() || hint.isPresent()) {
            return Duration.ZERO;
        }
        int doublings = Math.min(MAX_DOUBLINGS, failures / heads.size() - 1);
        Duration pause = FIRST_PAUSE.multipliedBy(1L << doublings);
        return pause.compareTo(LAST_PAUSE) < 0 ? pause : LAST_PAUSE;
    }
}
