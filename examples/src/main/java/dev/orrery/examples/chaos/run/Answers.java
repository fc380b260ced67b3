package dev.orrery.examples.chaos.run;

import dev.orrery.examples.chaos.history.Operation;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** When each pipeline answered, for the longest times without an answer. */
final class Answers {
    private static final int FIRST_CAPACITY = 1_024;

    /** Times of one pipeline. */
    private static final class Times {
        private long[] nanos = new long[FIRST_CAPACITY];
        private int count;

        void add(long time) {
            if (count == nanos.length) {
                nanos = Arrays.copyOf(nanos, 2 * count);
            }
            nanos[count++] = time;
        }
    }

    private final Map<String, Times> pipelines = new TreeMap<>();

    void accept(Operation operation) {
        if (operation.kind() == Operation.Kind.REQUEST && operation.outcome() == Operation.Outcome.ANSWERED) {
            pipelines.computeIfAbsent(operation.target(), name -> new Times()).add(operation.endNanos());
        }
    }

    /** After the last one was accepted. */
    void sort() {
        pipelines.values().forEach(times -> Arrays.sort(times.nanos, 0, times.count));
    }

    /** The longest time without an answer of a pipeline that has a part of itself between the two times. */
    long longestGapNanos(long fromNanos, long toNanos) {
        long longest = 0;
        for (Times times : pipelines.values()) {
            for (int i = 1; i < times.count; i++) {
                boolean inside = times.nanos[i] > fromNanos && times.nanos[i - 1] < toNanos;
                if (inside) {
                    longest = Math.max(longest, times.nanos[i] - times.nanos[i - 1]);
                }
            }
        }
        return longest;
    }
}
