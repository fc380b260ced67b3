package dev.orrery.examples.model;

import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Writes that are on their way to ZooKeeper while nobody waits for their answers any more, by numbers. */
final class LatePart {
    /** @param head that asked for it */
    record Late(int head, int request) {}

    private static final Comparator<Late> ORDER =
            Comparator.comparingInt(Late::head).thenComparingInt(Late::request);

    private final Values<List<Late>> all = new Values<>();

    int none() {
        return all.number(List.of());
    }

    List<Late> all(int late) {
        return all.value(late);
    }

    boolean isEmpty(int late) {
        return all.value(late).isEmpty();
    }

    int with(int late, Late added) {
        return all.number(Stream.concat(all.value(late).stream(), Stream.of(added))
                .distinct()
                .sorted(ORDER)
                .toList());
    }

    int keep(int late, Predicate<Late> which) {
        return isEmpty(late)
                ? late
                : all.number(all.value(late).stream().filter(which).toList());
    }
}
