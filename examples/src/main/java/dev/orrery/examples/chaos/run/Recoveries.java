package dev.orrery.examples.chaos.run;

import dev.orrery.examples.chaos.plan.FaultKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** How long the cluster took for each fault that was played. Where faults overlap, each is charged with both. */
final class Recoveries {
    /** So soon after a kill nobody can have replaced anything, but some may not have heard of it yet. */
    private static final long BLIND_NANOS = TimeUnit.MILLISECONDS.toNanos(400);

    private static final double NANOS_PER_MILLI = 1e6;

    private final List<PlayedFault> faults;
    private final ClusterWatch watch;
    private final Answers answers;
    private final Journal journal;

    Recoveries(List<PlayedFault> faults, ClusterWatch watch, Answers answers, Journal journal) {
        this.faults = faults;
        this.watch = watch;
        this.answers = answers;
        this.journal = journal;
    }

    List<ChaosReport.Played> played() {
        return faults.stream().map(this::played).toList();
    }

    private ChaosReport.Played played(PlayedFault played) {
        String fault = played.fault().toString();
        double at = journal.seconds(played.begunNanos());
        long lasts = TimeUnit.NANOSECONDS.toMillis(played.healedNanos() - played.begunNanos());
        if (played.skipped().isPresent()) {
            return new ChaosReport.Played(
                    fault, at, lasts, null, null, played.skipped().get());
        }
        Optional<Long> recovered = recovered(played);
        Double recovery =
                recovered.map(nanos -> millis(nanos - played.begunNanos())).orElse(null);
        long until = recovered.orElse(played.healedNanos());
        double gap = millis(answers.longestGapNanos(played.begunNanos(), until));
        return new ChaosReport.Played(fault, at, lasts, recovery, gap, null);
    }

    private Optional<Long> recovered(PlayedFault played) {
        long since = Math.max(played.healedNanos(), played.begunNanos() + BLIND_NANOS);
        return watch.firstDesired(since).map(ClusterWatch.Look::begunNanos);
    }

    private static double millis(long nanos) {
        return Math.round(nanos / NANOS_PER_MILLI);
    }

    Map<String, ChaosReport.Kind> kinds() {
        Map<FaultKind, List<ChaosReport.Played>> byKind = new EnumMap<>(FaultKind.class);
        for (PlayedFault fault : faults) {
            byKind.computeIfAbsent(fault.fault().kind(), kind -> new ArrayList<>())
                    .add(played(fault));
        }
        Map<String, ChaosReport.Kind> kinds = new LinkedHashMap<>();
        byKind.forEach((kind, all) -> kinds.put(kind.name(), figures(all)));
        return kinds;
    }

    private static ChaosReport.Kind figures(List<ChaosReport.Played> all) {
        double[] recoveries = all.stream()
                .filter(it -> it.recoveryMs() != null)
                .mapToDouble(ChaosReport.Played::recoveryMs)
                .sorted()
                .toArray();
        double worstGap = all.stream()
                .filter(it -> it.gapMs() != null)
                .mapToDouble(ChaosReport.Played::gapMs)
                .max()
                .orElse(0);
        int done = (int) all.stream().filter(it -> it.skipped() == null).count();
        return new ChaosReport.Kind(
                done,
                all.size() - done,
                recoveries.length == 0 ? 0 : recoveries[recoveries.length / 2],
                Arrays.stream(recoveries).max().orElse(0),
                worstGap);
    }
}
