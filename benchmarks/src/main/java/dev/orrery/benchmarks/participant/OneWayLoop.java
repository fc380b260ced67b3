package dev.orrery.benchmarks.participant;

import dev.orrery.benchmarks.lane.Lane;
import dev.orrery.benchmarks.payload.Messages;
import java.util.List;

/** Sends or receives many messages on one or several lanes, with a window of outstanding operations on each. */
final class OneWayLoop {
    /** @param messages of its sender */
    record Stream(Lane lane, Messages messages) {}

    private OneWayLoop() {}

    /**
     * How many operations are under way at a time. Counting more than there are would begin to measure only after
     * messages that have arrived already.
     */
    private static int window(List<Stream> streams, int outstanding) {
        return streams.stream().anyMatch(stream -> stream.lane().blocks()) ? 1 : outstanding;
    }

    /** Returns how long all took, in nanoseconds. */
    static long send(List<Stream> streams, int outstanding, long total) {
        int window = window(streams, outstanding);
        long start = System.nanoTime();
        for (long number = 0; number < total + window; number++) {
            int slot = (int) (number % window);
            for (Stream stream : streams) {
                if (number >= window) {
                    stream.lane().finishSend(slot);
                }
                if (number < total) {
                    stream.messages().stamp(number);
                    stream.lane().startSend(slot, stream.messages().buffer(number));
                }
            }
        }
        return System.nanoTime() - start;
    }

    /** Returns how long all but the first {@code warmup} messages took, from the last of those to the last of all. */
    static long receive(List<Stream> streams, int outstanding, long warmup, long total) {
        int window = window(streams, outstanding);
        long start = System.nanoTime();
        for (long number = 0; number < total + window; number++) {
            int slot = (int) (number % window);
            long done = number - window;
            for (Stream stream : streams) {
                if (done >= 0) {
                    stream.lane().finishReceive(slot);
                    stream.messages().check(done);
                }
                if (number < total) {
                    stream.lane().startReceive(slot, stream.messages().buffer(number));
                }
            }
            if (done == warmup - 1) {
                start = System.nanoTime();
            }
        }
        long nanos = System.nanoTime() - start;
        streams.forEach(it -> it.messages().checkAllWords());
        return nanos;
    }
}
