package dev.orrery.examples.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What became of each request of the load. Times are {@link System#nanoTime}. Thread-safe. */
final class RequestLog {
    /**
     * @param dueNanos when the open loop had to send it, so that a late sender does not hide latency
     * @param doneNanos when its answer or failure came; meaningless while both are empty
     */
    record Entry(int sentence, long dueNanos, long doneNanos, Optional<float[]> answer, Optional<Throwable> failure) {
        boolean done() {
            return answer.isPresent() || failure.isPresent();
        }

        double millis() {
            return (doneNanos - dueNanos) / 1e6;
        }
    }

    private final List<Entry> entries = new ArrayList<>();
    private int answered;
    private int failed;
    private int answeredTwice;

    synchronized int sent(int sentence, long dueNanos) {
        entries.add(new Entry(sentence, dueNanos, 0, Optional.empty(), Optional.empty()));
        return entries.size() - 1;
    }

    synchronized void answered(int request, float[] answer, long nowNanos) {
        Entry entry = entries.get(request);
        if (entry.done()) {
            answeredTwice++;
            return;
        }
        answered++;
        entries.set(
                request,
                new Entry(entry.sentence(), entry.dueNanos(), nowNanos, Optional.of(answer), Optional.empty()));
    }

    synchronized void failed(int request, Throwable failure, long nowNanos) {
        Entry entry = entries.get(request);
        failed++;
        entries.set(
                request,
                new Entry(entry.sentence(), entry.dueNanos(), nowNanos, Optional.empty(), Optional.of(failure)));
    }

    synchronized int requests() {
        return entries.size();
    }

    synchronized int answered() {
        return answered;
    }

    synchronized int answeredTwice() {
        return answeredTwice;
    }

    synchronized int open() {
        return entries.size() - answered - failed;
    }

    synchronized List<Entry> entries() {
        return List.copyOf(entries);
    }

    synchronized Optional<Throwable> firstFailure() {
        return entries.stream().flatMap(entry -> entry.failure().stream()).findFirst();
    }

    /** Of those of the newest {@code count} requests that were answered, ascending. */
    synchronized double[] newestMillis(int count) {
        List<Entry> newest = entries.subList(Math.max(0, entries.size() - count), entries.size());
        return newest.stream()
                .filter(entry -> entry.answer().isPresent())
                .mapToDouble(Entry::millis)
                .sorted()
                .toArray();
    }

    /** The longest time without any answer, from the first answer to the last. */
    synchronized double maxGapMillis() {
        long[] times = entries.stream()
                .filter(entry -> entry.answer().isPresent())
                .mapToLong(Entry::doneNanos)
                .sorted()
                .toArray();
        long gap = 0;
        for (int i = 1; i < times.length; i++) {
            gap = Math.max(gap, times[i] - times[i - 1]);
        }
        return gap / 1e6;
    }

    /**
     * @param sorted ascending
     * @param share 0.5 for the median
     */
    static double percentile(double[] sorted, double share) {
        if (sorted.length == 0) {
            return 0;
        }
        int rank = (int) Math.ceil(share * sorted.length);
        return sorted[Math.max(0, Math.min(sorted.length, rank) - 1)];
    }

    synchronized double[] allMillis() {
        return newestMillis(entries.size());
    }
}
