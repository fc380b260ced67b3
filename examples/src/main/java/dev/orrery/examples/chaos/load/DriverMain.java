package dev.orrery.examples.chaos.load;

import dev.orrery.Orrery;
import dev.orrery.OrreryOptions;
import dev.orrery.examples.chaos.history.HistoryWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A client of a run, until SIGTERM; then it waits for what is open, and ends. */
public final class DriverMain {
    /** Of each operation. */
    public static final Duration DEADLINE = Duration.ofSeconds(20);

    /** By which a client may hear of an end later than its deadline. */
    public static final Duration SLACK = Duration.ofSeconds(3);

    private static final Logger log = LoggerFactory.getLogger(DriverMain.class);
    private static final int CORE_THREADS = 2;

    private final DriverOptions options;
    private final Orrery orrery;
    private final HistoryWriter history;
    private final OpenOperations operations;
    private final ScheduledExecutorService executor =
            Executors.newScheduledThreadPool(CORE_THREADS, task -> new Thread(task, "chaos-counters"));
    private final List<SteadyPace> paces = new ArrayList<>();

    private DriverMain(DriverOptions options) {
        this.options = options;
        this.orrery = Orrery.connect(OrreryOptions.builder()
                .heads(options.heads())
                .secretFile(options.secret())
                .build());
        this.history = HistoryWriter.create(options.history());
        this.operations = new OpenOperations(history);
    }

    private void start() {
        for (String pipeline : ChaosPipelines.NAMES) {
            RequestLoad load = new RequestLoad(options.client(), orrery.pipeline(pipeline), DEADLINE, operations);
            paces.add(new SteadyPace("chaos-" + pipeline, options.requestsPerSecond(), load::send));
        }
        for (String counter : options.counters()) {
            CounterLoad load = new CounterLoad(orrery, counter, options.owner(), DEADLINE, operations, executor);
            paces.add(new SteadyPace("chaos-" + counter, options.callsPerSecond(), load::call));
        }
        paces.forEach(SteadyPace::start);
    }

    private void end() {
        executor.shutdownNow();
        paces.forEach(SteadyPace::close);
        try {
            operations.awaitNone(DEADLINE.plus(SLACK));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        history.close();
        orrery.close();
        log.info("{} has ended", options.client());
    }

    public static void main(String[] arguments) throws InterruptedException {
        DriverOptions options = DriverOptions.parse(List.of(arguments));
        DriverMain driver = new DriverMain(options);
        Runtime.getRuntime().addShutdownHook(new Thread(driver::end, "chaos-driver-end"));
        driver.start();
        log.info(
                "{} drives; its history lies in {}",
                options.client(),
                Path.of("").resolve(options.history()));
        while (true) {
            TimeUnit.HOURS.sleep(1);
        }
    }
}
