package dev.orrery.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What the project wants to reach, and whether it did. Pure. */
public final class Targets {
    private static final long KIB = 1L << 10;
    private static final long MIB = 1L << 20;
    private static final long LARGEST = 64 * MIB;

    /**
     * A ratio that rows of a topic are to reach.
     *
     * @param parties how many senders or ranks
     * @param from the smallest message
     * @param to the largest message
     */
    private record Rule(
            Topic topic,
            int parties,
            long from,
            long to,
            Contender own,
            Contender other,
            boolean atLeast,
            double target) {
        boolean fits(Subject subject) {
            return subject.topic() == topic
                    && subject.parties() == parties
                    && subject.bytes() >= from
                    && subject.bytes() <= to;
        }

        Target of(Subject subject, double value) {
            String name = own.label() + " ÷ " + other.label() + ": " + Labels.full(subject);
            return atLeast ? Target.atLeast(name, value, target) : Target.atMost(name, value, target);
        }
    }

    private static final List<Rule> RULES = Stream.of(
                    List.of(
                            oneWay(1, MIB, LARGEST, Contender.SHARED_MEMORY, Contender.BARE_RING, 0.90),
                            oneWay(1, MIB, LARGEST, Contender.TCP, Contender.BARE_SOCKETS, 0.90)),
                    againstGloo(),
                    List.of(
                            oneWay(3, 4 * KIB, 4 * KIB, Contender.SHARED_MEMORY, Contender.MULTIWORLD, 40),
                            oneWay(3, 4 * MIB, 4 * MIB, Contender.SHARED_MEMORY, Contender.MULTIWORLD, 2),
                            new Rule(Topic.REDUCTION, 1, 4 * MIB, 4 * MIB, Contender.SUM, Contender.COPY, true, 0.3)))
            .flatMap(List::stream)
            .toList();

    private static final double ISOLATION_MEDIAN = 0.99;
    private static final double ISOLATION_LOWER = 0.97;
    private static final double FOUR_BUSY = 0.95;

    private Targets() {}

    private static List<Rule> againstGloo() {
        Contender shared = Contender.SHARED_MEMORY;
        Contender gloo = Contender.GLOO;
        return List.of(
                oneWay(1, 4 * KIB, 4 * KIB, shared, gloo, 60),
                oneWay(1, MIB, MIB, shared, gloo, 4),
                oneWay(1, 4 * MIB, LARGEST, shared, gloo, 3),
                oneWay(3, 4 * KIB, 4 * KIB, shared, gloo, 40),
                oneWay(3, MIB, LARGEST, shared, gloo, 2),
                roundTrip(Topic.ROUND_TRIP_HOT, shared, 0.05),
                roundTrip(Topic.ROUND_TRIP_PARKED, shared, 0.5),
                roundTrip(Topic.ROUND_TRIP_HOT, Contender.TCP, 0.5),
                oneWay(1, 4 * KIB, 4 * KIB, Contender.TCP, gloo, 10),
                oneWay(1, 4 * MIB, 4 * MIB, Contender.TCP, gloo, 1.3),
                oneWay(1, LARGEST, LARGEST, Contender.TCP, gloo, 1),
                allReduce(4 * KIB, 40),
                allReduce(4 * MIB, 4),
                allReduce(LARGEST, 3));
    }

    private static Rule oneWay(int senders, long from, long to, Contender own, Contender other, double target) {
        return new Rule(Topic.ONE_WAY, senders, from, to, own, other, true, target);
    }

    private static Rule roundTrip(Topic topic, Contender own, double target) {
        return new Rule(topic, 1, 0, KIB, own, Contender.GLOO, false, target);
    }

    private static Rule allReduce(long bytes, double target) {
        return new Rule(Topic.ALL_REDUCE, 2, bytes, bytes, Contender.SHARED_MEMORY, Contender.GLOO, true, target);
    }

    /** One target for each row and rule that fit, where both sides were measured. */
    public static List<Target> of(List<Row> rows, List<PairRow> pairs) {
        List<Target> targets = new ArrayList<>();
        for (Rule rule : RULES) {
            for (Row row : rows) {
                if (rule.fits(row.subject())) {
                    row.ratio(rule.own(), rule.other()).ifPresent(value -> targets.add(rule.of(row.subject(), value)));
                }
            }
        }
        pairs.forEach(pair -> targets.addAll(of(pair)));
        return targets;
    }

    private static List<Target> of(PairRow pair) {
        String name = pair.first().contender().label() + " ÷ "
                + pair.second().contender().label() + ": " + pair.transport().label() + ", "
                + Labels.full(pair.subject());
        if (pair.subject().topic() == Topic.FOUR_BUSY) {
            return List.of(Target.atLeast(name + ", median", pair.medianRatio(), FOUR_BUSY));
        }
        return List.of(
                Target.atLeast(name + ", median", pair.medianRatio(), ISOLATION_MEDIAN),
                Target.atLeast(name + ", lower bound", pair.interval().lower(), ISOLATION_LOWER));
    }
}
