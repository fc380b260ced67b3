package dev.orrery.examples.model;

import java.util.stream.Stream;

/** The digests of the states that were found. Thread-safe: they are spread over tables with a lock each. */
final class VisitedStates {
    private static final int TABLES = 64;

    private final Table[] tables = Stream.generate(Table::new).limit(TABLES).toArray(Table[]::new);

    /** False when it was there. */
    boolean add(long high, long low) {
        return tables[(int) (high >>> Integer.SIZE) & (TABLES - 1)].add(high, low);
    }

    private static final class Table {
        private static final double FULL = 0.7;

        /** Two numbers for each state; both zero where none is. */
        private long[] digests = new long[1 << 11];

        private int size;

        synchronized boolean add(long high, long low) {
            if (2 * size >= digests.length * FULL) {
                grow();
            }
            if (!put(digests, high == 0 && low == 0 ? 1 : high, low)) {
                return false;
            }
            size++;
            return true;
        }

        private void grow() {
            long[] larger = new long[digests.length * 2];
            for (int i = 0; i < digests.length; i += 2) {
                if (digests[i] != 0 || digests[i + 1] != 0) {
                    put(larger, digests[i], digests[i + 1]);
                }
            }
            digests = larger;
        }

        private static boolean put(long[] into, long high, long low) {
            int mask = into.length / 2 - 1;
            int at = (int) low & mask;
            while (into[2 * at] != 0 || into[2 * at + 1] != 0) {
                if (into[2 * at] == high && into[2 * at + 1] == low) {
                    return false;
                }
                at = (at + 1) & mask;
            }
            into[2 * at] = high;
            into[2 * at + 1] = low;
            return true;
        }
    }
}
