package dev.orrery.benchmarks.scenario;

import dev.orrery.benchmarks.command.CollectiveKind;
import dev.orrery.benchmarks.command.Command;
import dev.orrery.benchmarks.command.Reply;
import dev.orrery.benchmarks.process.Team.Order;
import dev.orrery.benchmarks.process.TeamFailedException;
import dev.orrery.benchmarks.statistics.Statistics;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** One run of one side. */
final class Exchange {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double NANOS_PER_MICRO = 1e3;

    /** @param bytes of each message */
    record OneWay(int senders, long bytes, int outstanding) {}

    record RoundTrip(long bytes, long pauseMicros) {}

    record Collective(CollectiveKind kind, int ranks, long bytes) {}

    private Exchange() {}

    /** Finds the bytes a second that participant 0 received from 1 … senders. */
    static Measured oneWay(Side side, OneWay what, Load load) throws TeamFailedException, InterruptedException {
        List<Integer> senders = IntStream.rangeClosed(1, what.senders()).boxed().toList();
        List<Order> orders = new ArrayList<>();
        orders.add(new Order(
                0,
                new Command.Receive(
                        senders.stream().map(side::pathFromFirst).toList(),
                        senders,
                        what.bytes(),
                        what.outstanding(),
                        load.warmup(),
                        load.count())));
        for (int sender : senders) {
            orders.add(new Order(
                    sender, send(List.of(side.pathToFirst(sender)), sender, what.bytes(), what.outstanding(), load)));
        }
        return bytesPerSecond(side.team().ask(orders), what.senders() * what.bytes(), load);
    }

    /** Finds the bytes a second from participant 1 to participant 0 over several worlds at once. */
    static Measured parallel(Side side, List<String> paths, OneWay what, Load load)
            throws TeamFailedException, InterruptedException {
        List<Order> orders = List.of(
                new Order(
                        0,
                        new Command.Receive(
                                paths,
                                paths.stream().map(path -> 1).toList(),
                                what.bytes(),
                                what.outstanding(),
                                load.warmup(),
                                load.count())),
                new Order(1, send(paths, 1, what.bytes(), what.outstanding(), load)));
        return bytesPerSecond(side.team().ask(orders), paths.size() * what.bytes(), load);
    }

    private static Command.Send send(List<String> paths, int sender, long bytes, int outstanding, Load load) {
        return new Command.Send(paths, sender, bytes, outstanding, load.warmup(), load.count());
    }

    private static Measured bytesPerSecond(List<Reply> replies, long bytesPerRound, Load load) {
        long nanos = replies.get(0).nanos();
        return new Measured(nanos, bytesPerRound * load.count() * NANOS_PER_SECOND / nanos);
    }

    /** Finds the median in microseconds. */
    static Measured roundTrip(Side side, RoundTrip what, Load load) throws TeamFailedException, InterruptedException {
        List<Reply> replies = side.team()
                .ask(List.of(
                        new Order(
                                0,
                                new Command.Ping(
                                        side.pathFromFirst(1),
                                        what.bytes(),
                                        load.warmup(),
                                        load.count(),
                                        what.pauseMicros())),
                        new Order(
                                1, new Command.Pong(side.pathToFirst(1), what.bytes(), load.warmup(), load.count()))));
        List<Double> each = replies.get(0).each().stream()
                .map(nanos -> nanos / NANOS_PER_MICRO)
                .toList();
        return new Measured(replies.get(0).nanos(), Statistics.median(each));
    }

    /** Finds the operations a second, of the slowest rank. */
    static Measured collective(Side side, Collective what, Load load) throws TeamFailedException, InterruptedException {
        List<Order> orders = IntStream.range(0, what.ranks())
                .mapToObj(rank -> new Order(
                        rank,
                        new Command.Collective(
                                collectivePath(side, what.ranks()),
                                what.kind(),
                                what.ranks(),
                                what.bytes(),
                                load.warmup(),
                                load.count())))
                .toList();
        long nanos =
                side.team().ask(orders).stream().mapToLong(Reply::nanos).max().orElseThrow();
        return new Measured(nanos, load.count() * NANOS_PER_SECOND / nanos);
    }

    static String collectivePath(Side side, int ranks) {
        return side.path() + "all-" + ranks;
    }
}
