package dev.orrery.internal.pool;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;

/**
 * How many calls each actor of a pool has, and so which one gets the next: the one with the fewest, among several the one that
 * got its last one the longest ago. They go by their place in the pool. Not thread-safe.
 */
final class PoolMembers {
    private static final class Member {
        private final int place;
        private final String name;
        private int calls;
        /** Of its last call; no two have the same. */
        private long turn;

        private boolean dead;

        Member(int place, String name, long turn) {
            this.place = place;
            this.name = name;
            this.turn = turn;
        }

        int calls() {
            return calls;
        }

        long turn() {
            return turn;
        }
    }

    private final int callsPerActor;
    private final List<Member> members = new ArrayList<>();
    /** Those that live and take a further call. */
    private final NavigableSet<Member> ready =
            new TreeSet<>(Comparator.comparingInt(Member::calls).thenComparingLong(Member::turn));

    private long turns;
    private int living;
    private Optional<OrreryException> end = Optional.empty();

    /** @param names for people */
    PoolMembers(List<String> names, int callsPerActor) {
        this.callsPerActor = callsPerActor;
        for (String name : names) {
            Member member = new Member(members.size(), name, turns);
            turns++;
            members.add(member);
            ready.add(member);
        }
        this.living = names.size();
    }

    boolean isFree() {
        return !ready.isEmpty();
    }

    /** Whose the next call is; counted as given. */
    OptionalInt give() {
        Member next = ready.pollFirst();
        if (next == null) {
            return OptionalInt.empty();
        }
        next.calls++;
        next.turn = turns;
        turns++;
        addIfReady(next);
        return OptionalInt.of(next.place);
    }

    /** A call that it was given is over. */
    void ended(int place) {
        Member member = members.get(place);
        ready.remove(member);
        member.calls--;
        addIfReady(member);
    }

    private void addIfReady(Member member) {
        if (!member.dead && member.calls < callsPerActor) {
            ready.add(member);
        }
    }

    /** It gets no more calls. Idempotent. */
    void died(int place, OrreryException how) {
        Member member = members.get(place);
        if (member.dead) {
            return;
        }
        ready.remove(member);
        member.dead = true;
        living--;
        if (living == 0) {
            end = Optional.of(OrreryException.of(
                    ErrorCode.ACTOR_DEAD,
                    "all " + members.size() + " actors of the pool died, the last was " + member.name,
                    how.ids(),
                    how.failure()));
        }
    }

    int living() {
        return living;
    }

    boolean isLiving(int place) {
        return !members.get(place).dead;
    }

    /** ACTOR_DEAD, once nobody lives: how many died, and how the last one did. */
    Optional<OrreryException> end() {
        return end;
    }
}
