package dev.orrery.examples.model;

import dev.orrery.examples.model.Protocol.Step;
import dev.orrery.internal.lifecycle.NamedThreads;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Visits every state that a protocol can reach, breadth first, so that what it finds to be wrong is shown by a shortest way
 * there.
 */
public final class Explorer {
    /** States that a thread takes at a time. */
    private static final int CHUNK = 64;

    private final Protocol protocol;
    private final int maxStates;
    private final int threads;
    private final VisitedStates visited = new VisitedStates();
    private final Turnings turnings = new Turnings();

    /** @param trace one line for each step, from the beginning */
    public record Violation(String what, List<String> trace) {
        @Override
        public String toString() {
            StringBuilder text = new StringBuilder(what)
                    .append(", after ")
                    .append(trace.size())
                    .append(" steps:\n");
            for (int i = 0; i < trace.size(); i++) {
                text.append("%4d  %s%n".formatted(i + 1, trace.get(i)));
            }
            return text.toString();
        }
    }

    /**
     * @param depth of the furthest state
     * @param complete whether all there are were visited
     */
    public record Result(
            int states, long transitions, int depth, double seconds, boolean complete, Optional<Violation> violation) {
        @Override
        public String toString() {
            return "%,d states, %,d transitions, depth %d, %.1f s%s"
                    .formatted(states, transitions, depth, seconds, complete ? "" : ", not all of them");
        }
    }

    /**
     * Which step from which state led to each state first, in the order of their numbers; the first state has none and counts.
     */
    private static final class Turnings {
        private int[] parents = new int[1 << 10];
        private short[] ordinals = new short[1 << 10];
        private int size;

        void add(int parent, short ordinal) {
            if (size == parents.length) {
                parents = Arrays.copyOf(parents, size * 2);
                ordinals = Arrays.copyOf(ordinals, size * 2);
            }
            parents[size] = parent;
            ordinals[size] = ordinal;
            size++;
        }

        void addAll(Turnings others) {
            for (int i = 0; i < others.size; i++) {
                add(others.parents[i], others.ordinals[i]);
            }
        }
    }

    private record Wrong(String what, int from, short ordinal) {}

    /** What one thread has found from some of the states of a level. */
    private static final class Part {
        final List<int[]> states = new ArrayList<>();
        final Turnings turnings = new Turnings();
        long transitions;
        Optional<Wrong> wrong = Optional.empty();
    }

    /**
     * @param maxStates where it gives up
     * @param threads that explore; the protocol has to be thread-safe where there are several
     */
    public Explorer(Protocol protocol, int maxStates, int threads) {
        this.protocol = protocol;
        this.maxStates = maxStates;
        this.threads = threads;
    }

    /** Visits all states, or those that lie no further than the first that is wrong. */
    public Result explore() {
        ExecutorService executor = Executors.newFixedThreadPool(threads, new NamedThreads("explorer"));
        try {
            return explore(executor);
        } finally {
            executor.shutdownNow();
        }
    }

    private Result explore(ExecutorService executor) {
        long began = System.nanoTime();
        int[] initial = protocol.initial();
        visited.add(Digest.high(initial), Digest.low(initial));
        turnings.add(0, (short) 0);
        List<int[]> level = List.of(initial);
        long transitions = 0;
        int depth = -1;
        Optional<Wrong> wrong = Optional.empty();
        while (!level.isEmpty() && wrong.isEmpty() && turnings.size <= maxStates) {
            depth++;
            List<Part> parts = expand(level, turnings.size - level.size(), executor);
            level = new ArrayList<>();
            for (Part part : parts) {
                level.addAll(part.states);
                turnings.addAll(part.turnings);
                transitions += part.transitions;
            }
            wrong = parts.stream()
                    .flatMap(part -> part.wrong.stream())
                    .min(Comparator.comparing(Wrong::from).thenComparing(Wrong::ordinal));
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        Optional<Violation> violation =
                wrong.map(found -> new Violation(found.what(), trace(found.from(), found.ordinal())));
        return new Result(turnings.size, transitions, depth, seconds, level.isEmpty(), violation);
    }

    /** @param number of the level's first state */
    private List<Part> expand(List<int[]> level, int number, ExecutorService executor) {
        AtomicInteger next = new AtomicInteger();
        AtomicBoolean ended = new AtomicBoolean();
        Supplier<Part> explorer = () -> {
            Part part = new Part();
            for (int at = next.getAndAdd(CHUNK); at < level.size() && !ended.get(); at = next.getAndAdd(CHUNK)) {
                for (int i = at; i < Math.min(at + CHUNK, level.size()) && part.wrong.isEmpty(); i++) {
                    expand(level.get(i), number + i, part);
                }
                ended.compareAndSet(false, part.wrong.isPresent());
            }
            return part;
        };
        return Stream.generate(() -> CompletableFuture.supplyAsync(explorer, executor)).limit(threads).toList().stream()
                .map(CompletableFuture::join)
                .toList();
    }

    private void expand(int[] state, int number, Part part) {
        short[] ordinal = {0};
        protocol.next(state, step -> {
            part.transitions++;
            if (visited.add(Digest.high(step.after()), Digest.low(step.after()))) {
                part.turnings.add(number, ordinal[0]);
                part.states.add(step.after());
            }
            if (!step.violations().isEmpty() && part.wrong.isEmpty()) {
                part.wrong = Optional.of(new Wrong(String.join("; ", step.violations()), number, ordinal[0]));
            }
            ordinal[0]++;
        });
    }

    /** Goes the way again, since only its turnings were kept. */
    private List<String> trace(int from, short last) {
        List<Short> way = new ArrayList<>(List.of(last));
        for (int state = from; state != 0; state = turnings.parents[state]) {
            way.add(turnings.ordinals[state]);
        }
        Collections.reverse(way);
        List<String> trace = new ArrayList<>();
        int[] state = protocol.initial();
        for (short turning : way) {
            List<Step> steps = new ArrayList<>();
            protocol.next(state, steps::add);
            Step step = steps.get(turning);
            trace.add(protocol.describe(state, step));
            state = step.after();
        }
        return trace;
    }
}
