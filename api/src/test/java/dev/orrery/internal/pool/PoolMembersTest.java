package dev.orrery.internal.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.testing.TestingActor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PoolMembersTest {
    private static PoolMembers members(int callsPerActor, String... names) {
        return new PoolMembers(List.of(names), callsPerActor);
    }

    private static List<Integer> give(PoolMembers members, int calls) {
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            members.give().ifPresent(places::add);
        }
        return places;
    }

    @Test
    void theFewestCallsCountAndThenTheLongestRest() {
        PoolMembers members = members(2, "a", "b", "c");
        assertEquals(List.of(0, 1, 2, 0), give(members, 4));
        members.ended(2);
        assertEquals(List.of(2), give(members, 1), "it has none");
        members.ended(1);
        members.ended(2);
        assertEquals(List.of(1, 2), give(members, 2), "both have none; b rests longer");
    }

    @Test
    void nobodyGetsMoreThanItMayHave() {
        PoolMembers members = members(2, "a", "b");
        assertTrue(members.isFree());
        assertEquals(List.of(0, 1, 0, 1), give(members, 5));
        assertFalse(members.isFree());
        assertEquals(OptionalInt.empty(), members.give());
        members.ended(1);
        assertEquals(List.of(1), give(members, 2));
    }

    @Test
    void whoDiedGetsNothingAlsoWhenItsCallsEnd() {
        PoolMembers members = members(2, "a", "b");
        give(members, 2);
        members.died(0, new TestingActor("a").diedInCall());
        members.ended(0);
        members.died(0, new TestingActor("a").diedInCall());
        assertEquals(1, members.living());
        assertFalse(members.isLiving(0));
        assertEquals(List.of(1), give(members, 3));
        assertEquals(Optional.empty(), members.end());
    }

    @Test
    void onceAllDiedItTellsHowManyAndHowTheLastDid() {
        PoolMembers members = members(1, "a", "b");
        members.died(1, new TestingActor("b").diedInCall());
        members.died(0, new TestingActor("a").diedInCall());
        OrreryException end = members.end().orElseThrow();
        assertEquals(ErrorCode.ACTOR_DEAD, end.code());
        assertEquals(
                "signal: 9 (SIGKILL) -- all 2 actors of the pool died, the last was a [actor=a]", end.getMessage());
        assertEquals(OptionalInt.empty(), members.give());
    }

    @Test
    void whateverHappensNobodyIsPassedOver() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int perActor = 3;
        PoolMembers members = members(perActor, "a", "b", "c", "d", "e");
        int[] calls = new int[5];
        for (int step = 0; step < 5_000; step++) {
            int place = random.nextInt(calls.length);
            if (random.nextBoolean() && calls[place] > 0) {
                members.ended(place);
                calls[place]--;
                continue;
            }
            OptionalInt given = members.give();
            int fewest = Arrays.stream(calls).min().orElseThrow();
            assertEquals(fewest < perActor, given.isPresent(), "seed " + seed);
            if (given.isPresent()) {
                assertEquals(fewest, calls[given.getAsInt()], "seed " + seed);
                calls[given.getAsInt()]++;
            }
        }
    }
}
