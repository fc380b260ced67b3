package dev.orrery.head.reconcile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SortedTreeTest {
    private static final int KEYS = 300;

    @Test
    void isAMapWhateverChanges() {
        long seed = Long.getLong("orrery.seed", 20_240_708L);
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        TreeMap<Integer, Integer> expected = new TreeMap<>();
        SortedTree<Integer, Integer> tree = SortedTree.empty();
        for (int i = 0; i < 20_000; i++) {
            int key = random.nextInt(KEYS);
            if (random.nextInt(3) == 0) {
                expected.remove(key);
                tree = tree.without(key);
            } else {
                expected.put(key, i);
                tree = tree.with(key, i);
            }
            assertEquals(expected.get(key), tree.get(key));
            if (i % 50 == 0) {
                int first = random.nextInt(KEYS);
                int end = first + random.nextInt(KEYS);
                assertEquals(List.copyOf(expected.values()), tree.values());
                assertEquals(List.copyOf(expected.subMap(first, end).values()), tree.values(first, end));
            }
        }
        assertEquals(expected.size(), tree.values().size());
    }

    @Test
    void whatWasThereBeforeStaysAsItIs() {
        SortedTree<Integer, String> before =
                SortedTree.<Integer, String>empty().with(1, "a").with(2, "b");
        SortedTree<Integer, String> after = before.with(1, "c").without(2);
        assertEquals(List.of("a", "b"), before.values());
        assertEquals(List.of("c"), after.values());
    }

    /** Ordered keys are what ids are; a tree that leans would be a list. */
    @Test
    void orderedKeysCostAsMuchAsOthers() {
        SortedTree<Integer, Integer> tree = SortedTree.empty();
        for (int i = 0; i < 200_000; i++) {
            tree = tree.with(i, i);
        }
        // A list of that length would overflow the stack.
        assertEquals(200_000, tree.values().size());
        for (int i = 0; i < 200_000; i += 2) {
            tree = tree.without(i);
        }
        assertEquals(100_000, tree.values().size());
    }
}
