package dev.orrery.internal.client;

import dev.orrery.internal.rpc.HostPort;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * In which order to dial heads. Immutable.
 *
 * @param next index of the head whose turn it is
 * @param hint the leader that a standby has named; goes first once
 * @param failures heads in a row that did not lead, since the last success
 */
public record HeadChoice(List<HostPort> heads, int next, Optional<HostPort> hint, int failures) {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LAST_PAUSE = Duration.ofMillis(500);
    private static final int MAX_DOUBLINGS = 4;

    public static HeadChoice among(List<HostPort> heads) {
        return new HeadChoice(List.copyOf(heads), 0, Optional.empty(), 0);
    }

    /** Each head once, the likeliest leader first. */
    public List<HostPort> order() {
        Set<HostPort> order = new LinkedHashSet<>();
        hint.ifPresent(order::add);
        order.addAll(heads.subList(next, heads.size()));
        order.addAll(heads.subList(0, next));
        return List.copyOf(order);
    }

    /** @param leader named by the head that refused or was lost */
    public HeadChoice refused(HostPort by, Optional<HostPort> leader) {
        // A hint that failed is not believed again at once, or two confused standbys would send us round for ever.
        Optional<HostPort> believed = leader.filter(named -> hint.isEmpty() && !named.equals(by));
        int index = heads.indexOf(by);
        return new HeadChoice(heads, index < 0 ? next : (index + 1) % heads.size(), believed, failures + 1);
    }

    /** No head could be reached. */
    public HeadChoice unreachable() {
        int turn = hint.isPresent() ? next : (next + 1) % heads.size();
        return new HeadChoice(heads, turn, Optional.empty(), failures + heads.size());
    }

    /** The head that leads goes first next time too. */
    public HeadChoice succeeded(HostPort leader) {
        int index = heads.indexOf(leader);
        return new HeadChoice(heads, Math.max(index, 0), index < 0 ? Optional.of(leader) : Optional.empty(), 0);
    }

    /** None before each head has had its turn and before a hint: a failover should not wait for us. */
    public Duration pause() {
        if (failures < heads.size() || hint.isPresent()) {
            return Duration.ZERO;
        }
        int doublings = Math.min(MAX_DOUBLINGS, failures / heads.size() - 1);
        Duration pause = FIRST_PAUSE.multipliedBy(1L << doublings);
        return pause.compareTo(LAST_PAUSE) < 0 ? pause : LAST_PAUSE;
    }
}
