package dev.orrery.nccl.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.nccl.gpu.Turn.Collective;
import dev.orrery.nccl.gpu.Turn.Transfer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class TurnsTest {
    private static final Transfer FIRST = new Transfer(0, 1, 0);
    private static final Transfer SECOND = new Transfer(1, 0, 0);
    private static final Collective ALL = new Collective(0);

    private final Turns<String> turns = new Turns<>();

    @Test
    void whatIsReadyWaitsForItsTurn() {
        turns.ready(FIRST, "first");
        assertEquals(List.of(), turns.next());
        turns.give(FIRST);
        assertEquals(List.of("first"), turns.next());
        assertEquals(List.of(), turns.next());
        assertTrue(turns.isEmpty());
    }

    @Test
    void laterOnesWaitBehindOneThatIsNotReady() {
        turns.ready(SECOND, "second");
        turns.give(ALL);
        turns.give(SECOND);
        assertEquals(List.of(), turns.next());
        assertFalse(turns.isEmpty());
        turns.ready(ALL, "all");
        assertEquals(List.of("all", "second"), turns.next());
    }

    @Test
    void whatIsWithdrawnIsForgotten() {
        turns.ready(FIRST, "first");
        assertEquals(Optional.of("first"), turns.withdraw(FIRST));
        assertEquals(Optional.empty(), turns.withdraw(FIRST));
        assertFalse(turns.isReady(FIRST));
        assertTrue(turns.isEmpty());
    }

    @Test
    void whatIsLeftIsToldOnce() {
        turns.ready(FIRST, "first");
        turns.ready(ALL, "all");
        turns.give(SECOND);
        assertEquals(Set.of("first", "all"), Set.copyOf(turns.clear()));
        assertTrue(turns.isEmpty());
    }

    @Test
    void turnsTravelAsTheyAre() {
        for (Turn turn : List.of(FIRST, SECOND, ALL, new Transfer(3, 5, 1L << 40), new Collective(-1))) {
            assertEquals(turn, Turn.of(turn.toMessage()));
        }
        assertTrue(FIRST.concerns(0) && FIRST.concerns(1) && !FIRST.concerns(2) && ALL.concerns(7));
    }

    /**
     * Devices do what is in their streams in order, and an operation when it is first in the streams of all that take part.
     * Whatever order members become ready in, all is done: no devices wait for each other crosswise.
     */
    @Test
    void devicesNeverWaitForEachOtherInACircle() {
        long seed = new Random().nextLong();
        System.out.println("TurnsTest seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            int members = 2 + random.nextInt(4);
            List<Turn> operations = operations(members, random);
            List<List<Turn>> streams = streams(members, operations, random);
            int done = run(streams);
            assertEquals(operations.size(), done, "seed " + seed + ", round " + round + ", left " + streams);
        }
    }

    private static List<Turn> operations(int members, Random random) {
        List<Turn> operations = new ArrayList<>();
        Map<List<Integer>, Long> offers = new HashMap<>();
        long collectives = 0;
        for (int i = 0; i < 20; i++) {
            int from = random.nextInt(members);
            int to = (from + 1 + random.nextInt(members - 1)) % members;
            if (random.nextInt(5) == 0) {
                operations.add(new Collective(collectives++));
            } else {
                operations.add(new Transfer(from, to, offers.merge(List.of(from, to), 1L, Long::sum)));
            }
        }
        return operations;
    }

    /** Rank 0 gives the turns in some order, and each member becomes ready for its operations in an order of its own. */
    private static List<List<Turn>> streams(int members, List<Turn> operations, Random random) {
        List<Turn> order = new ArrayList<>(operations);
        Collections.shuffle(order, random);
        List<List<Turn>> streams = new ArrayList<>();
        for (int member = 0; member < members; member++) {
            int rank = member;
            Turns<Turn> turns = new Turns<>();
            List<Turn> given = new ArrayList<>(
                    order.stream().filter(turn -> turn.concerns(rank)).toList());
            List<Turn> ready = new ArrayList<>(given);
            Collections.shuffle(ready, random);
            List<Turn> stream = new ArrayList<>();
            while (!given.isEmpty() || !ready.isEmpty()) {
                if (ready.isEmpty() || (!given.isEmpty() && random.nextBoolean())) {
                    turns.give(given.remove(0));
                } else {
                    Turn turn = ready.remove(0);
                    turns.ready(turn, turn);
                }
                stream.addAll(turns.next());
            }
            streams.add(stream);
        }
        return streams;
    }

    private static int run(List<List<Turn>> streams) {
        int done = 0;
        boolean moved = true;
        while (moved) {
            moved = false;
            for (List<Turn> stream : streams) {
                if (!stream.isEmpty() && isFirstEverywhere(stream.get(0), streams)) {
                    Turn turn = stream.get(0);
                    streams.stream().filter(it -> it.contains(turn)).forEach(it -> it.remove(0));
                    done++;
                    moved = true;
                }
            }
        }
        return done;
    }

    private static boolean isFirstEverywhere(Turn turn, List<List<Turn>> streams) {
        for (int rank = 0; rank < streams.size(); rank++) {
            List<Turn> stream = streams.get(rank);
            if (turn.concerns(rank) && (stream.isEmpty() || !stream.get(0).equals(turn))) {
                return false;
            }
        }
        return true;
    }
}
