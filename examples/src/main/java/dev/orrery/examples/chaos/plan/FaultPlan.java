package dev.orrery.examples.chaos.plan;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * The faults of a run in the order in which they begin. The same seed, time and targets make the same plan.
 *
 * @param seed what it was made from
 * @param millis the last fault is undone by then
 */
public record FaultPlan(long seed, long millis, List<Fault> faults) {
    /** So many may be under way at once. */
    public static final int MOST_AT_ONCE = 2;

    private static final long FIRST_MILLIS = 1_000;
    private static final int LEAST_PAUSE_MILLIS = 800;
    private static final int MOST_PAUSE_MILLIS = 3_500;
    private static final int TRIES = 50;

    public FaultPlan {
        faults = List.copyOf(faults);
    }

    /** Every kind comes once before any comes again. */
    public static FaultPlan of(long seed, long minutes, Targets targets) {
        // java.util.Random is the one generator whose sequence is part of the platform's specification.
        Random random = new Random(seed);
        long millis = TimeUnit.MINUTES.toMillis(minutes);
        List<Fault> faults = new ArrayList<>();
        List<FaultKind> deck = new ArrayList<>();
        long at = FIRST_MILLIS;
        for (int misses = 0; misses < TRIES; ) {
            if (deck.isEmpty()) {
                deck.addAll(List.of(FaultKind.values()));
                Collections.shuffle(deck, random);
            }
            Fault next = draw(faults.size() + 1, deck.get(0), at, random, targets);
            long free = whenFree(faults, next);
            Fault placed = new Fault(next.number(), next.kind(), next.target(), free, next.lastsMillis());
            deck.remove(0);
            if (placed.endMillis() > millis) {
                misses++;
                continue;
            }
            faults.add(placed);
            at = free + LEAST_PAUSE_MILLIS + random.nextInt(MOST_PAUSE_MILLIS - LEAST_PAUSE_MILLIS);
        }
        return new FaultPlan(seed, millis, faults);
    }

    private static Fault draw(int number, FaultKind kind, long at, Random random, Targets targets) {
        long most = TimeUnit.SECONDS.toMillis(kind.mostSeconds());
        long least = TimeUnit.SECONDS.toMillis(kind.leastSeconds());
        long lasts = least + (most > least ? random.nextInt((int) (most - least)) : 0);
        return new Fault(number, kind, targets.pick(kind, random), at, lasts);
    }

    /** The first moment from which it fits among the others, all of which began before. */
    private static long whenFree(List<Fault> others, Fault next) {
        long at = next.atMillis();
        while (true) {
            long now = at;
            List<Fault> open =
                    others.stream().filter(other -> other.endMillis() >= now).toList();
            boolean excluded = open.stream().anyMatch(next::excludes);
            if (!excluded && open.size() < MOST_AT_ONCE) {
                return at;
            }
            at = open.stream().mapToLong(Fault::endMillis).min().orElse(at) + 1;
        }
    }
}
