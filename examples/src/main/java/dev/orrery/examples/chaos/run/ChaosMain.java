package dev.orrery.examples.chaos.run;

import dev.orrery.examples.cluster.EndInOrder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A run in a process of its own, which is at the run's control host. Exits with 1 when a promise did not hold, 2 when it failed. */
public final class ChaosMain {
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(60);
    private static final int BROKEN = 1;
    private static final int FAILED = 2;

    private ChaosMain() {}

    static List<String> arguments(ChaosOptions options, Path report) {
        return List.of(Long.toString(options.seed()), Integer.toString(options.minutes()), report.toString());
    }

    public static void main(String[] arguments) throws Exception {
        List<String> all = List.of(arguments);
        RunPlace place = RunPlace.parse(all.subList(3, all.size()));
        Path report = Path.of(all.get(2));
        ChaosOptions options = new ChaosOptions(
                Long.parseLong(all.get(0)),
                Integer.parseInt(all.get(1)),
                Optional.of(report),
                Optional.of(place.directory()),
                false);
        System.exit(EndInOrder.run(STOP_PATIENCE, () -> run(options, place, report)));
    }

    private static int run(ChaosOptions options, RunPlace place, Path report) {
        try {
            ChaosReport result = new ChaosRun(options, place, System.out).run();
            result.write(report);
            result.print(System.out);
            return result.violations().isEmpty() ? 0 : BROKEN;
        } catch (IOException | RuntimeException e) {
            e.printStackTrace(System.out);
        } catch (InterruptedException e) {
            System.out.println("The run was interrupted.");
        }
        return FAILED;
    }
}
