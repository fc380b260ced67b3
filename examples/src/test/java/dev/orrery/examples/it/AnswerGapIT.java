package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.Pipeline;
import dev.orrery.PipelineRef;
import dev.orrery.examples.cluster.LocalClusterOptions;
import dev.orrery.examples.it.SteadyLoad.Timed;
import dev.orrery.internal.proto.GatewayEvent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How long callers wait while one of two replicas is killed and replaced. Prints what it measures. */
@Tag("full")
class AnswerGapIT extends ClusterScenario {
    private static final int KILLS = 5;
    private static final int PER_SECOND = 100;
    private static final long QUIET_SECONDS = 4;

    @Override
    LocalClusterOptions.Builder options() {
        return super.options().nodes("node-a").agent("agent.warm-workers", "1");
    }

    @Test
    void nobodyWaitsLongerThanUntilTheDeathIsSeenAndTwoAnswers() throws Exception {
        PipelineRef pipeline = orrery().deploy(Pipeline.named("gap")
                .stage("only", Stages.append("a", 5), s -> s.cpus(0.1).replicas(2))
                .build());
        awaitRunning(pipeline);
        List<Kill> kills = new ArrayList<>();
        for (int i = 0; i < KILLS; i++) {
            awaitWarm();
            kills.add(kill(pipeline));
        }
        kills.forEach(kill -> System.out.println("MEASURED " + kill));
        Kill median = kills.stream()
                .sorted(Comparator.comparingDouble(kill -> kill.gapMillis() - kill.boundMillis()))
                .toList()
                .get(KILLS / 2);
        assertTrue(median.gapMillis() <= median.boundMillis(), kills.toString());
        pipeline.undeploy();
    }

    private Kill kill(PipelineRef pipeline) throws Exception {
        try (SteadyLoad load = new SteadyLoad(pipeline, ">a", PER_SECOND).start()) {
            TimeUnit.SECONDS.sleep(QUIET_SECONDS);
            List<Timed> quiet = load.times();
            long before = incarnation(pipeline, "only-1");
            awaitInFlight(pipeline, "only-1");
            long killed = System.nanoTime();
            cluster().killWorker(pipeline.name(), "only-1");
            awaitReplaced(pipeline, "only-1", before);
            load.finishAndExpectEachAnsweredOnce();
            List<Timed> all = load.times();
            List<Timed> after = all.subList(quiet.size(), all.size());
            return new Kill(
                    millis(seen(pipeline, killed) - killed),
                    millis(percentile99(quiet)),
                    millis(after.stream().mapToLong(Timed::nanos).max().orElseThrow()),
                    millis(longestSilence(after)));
        }
    }

    /** When the gateway took the replica out of its routes; its clock is this process's. */
    private long seen(PipelineRef pipeline, long killed) {
        return gateway(pipeline).getEventsList().stream()
                .filter(event -> event.getKind().equals("REPLICA_REMOVED"))
                .mapToLong(GatewayEvent::getMonotonicNanos)
                .filter(nanos -> nanos > killed)
                .min()
                .orElseThrow();
    }

    private static long percentile99(List<Timed> times) {
        long[] sorted = times.stream().mapToLong(Timed::nanos).sorted().toArray();
        return sorted[(int) (0.99 * (sorted.length - 1))];
    }

    private static long longestSilence(List<Timed> times) {
        long longest = 0;
        for (int i = 1; i < times.size(); i++) {
            longest = Math.max(
                    longest, times.get(i).doneNanos() - times.get(i - 1).doneNanos());
        }
        return longest;
    }

    private static double millis(long nanos) {
        return nanos / 1e6;
    }

    /**
     * @param seenMillis from the kill until no request goes there any more
     * @param p99Millis of answers before
     * @param waitMillis the longest that one request waited for its answer
     * @param gapMillis the longest time without any answer
     */
    private record Kill(double seenMillis, double p99Millis, double waitMillis, double gapMillis) {
        double boundMillis() {
            return seenMillis + 2 * p99Millis;
        }

        @Override
        public String toString() {
            return String.format(
                    "seen after %.1f ms, p99 before %.1f ms, bound %.1f ms; longest gap %.1f ms, longest wait %.1f ms",
                    seenMillis, p99Millis, boundMillis(), gapMillis, waitMillis);
        }
    }
}
