package dev.orrery.benchmarks.control;

import dev.orrery.benchmarks.report.Target;
import java.util.List;
import java.util.stream.Stream;

/** What the control plane is to reach, and whether it did. Pure. */
final class ControlTargets {
    /** Beyond the session timeout. */
    private static final double FAILOVER_SECONDS = 3;

    private ControlTargets() {}

    static List<Target> of(List<ScaleFigures> runs, double sessionTimeout) {
        return runs.stream().flatMap(run -> of(run, sessionTimeout)).toList();
    }

    private static Stream<Target> of(ScaleFigures run, double sessionTimeout) {
        String at = ", %d actors, %d worlds"
                .formatted(run.scale().actors(), run.scale().worlds());
        return Stream.of(
                Target.atMost("writes while idle" + at, (double) run.idle().writes(), 0),
                Target.atMost(
                        "fail-over to all reconciled, s" + at,
                        run.failover().reconciled(),
                        sessionTimeout + FAILOVER_SECONDS),
                Target.atMost(
                        "workers launched because of a fail-over" + at,
                        run.failover().launches(),
                        0));
    }
}
