package dev.orrery.head.control;

import dev.orrery.internal.proto.NodeHello;
import dev.orrery.internal.rpc.HostPort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Agents that look for a leader where there is none that they could reach. They wait here for a moment: a thousand that dial all
 * heads again and again would take the CPU that the take-over needs, and so they are connected when it comes.
 */
final class WaitingNodes {
    /** Shorter than an agent's patience with an answer. */
    static final Duration LONGEST = Duration.ofSeconds(2);

    /** @param leader the one that it could not reach; none when nobody is known to lead */
    private record Waiting(Runnable turn, Optional<HostPort> leader, long beganNanos) {}

    private final List<Waiting> waiting = new ArrayList<>();

    /**
     * Of an agent that dialled this head, which does not lead. Returns whether it waits.
     *
     * @param turn run when it is worth telling it who leads: at once, unless it could not reach {@code leader}; later by whoever
     *     releases it
     */
    boolean add(Runnable turn, NodeHello hello, Optional<HostPort> leader, long nowNanos) {
        boolean isNews = leader.filter(known -> !hello.getUnreachableList().contains(known.toMessage()))
                .isPresent();
        if (isNews) {
            turn.run();
        } else {
            waiting.add(new Waiting(turn, leader, nowNanos));
        }
        return !isNews;
    }

    /** Lets those go who wait for long enough, or know another leader than {@code leader}. */
    void release(Optional<HostPort> leader, long nowNanos) {
        release(one -> !one.leader().equals(leader) || nowNanos - one.beganNanos() >= LONGEST.toNanos());
    }

    void releaseAll() {
        release(one -> true);
    }

    private void release(Predicate<Waiting> which) {
        List<Waiting> some = waiting.stream().filter(which).toList();
        waiting.removeIf(which);
        some.forEach(one -> one.turn().run());
    }
}
