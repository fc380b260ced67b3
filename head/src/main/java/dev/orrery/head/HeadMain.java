package dev.orrery.head;

import dev.orrery.error.OrreryException;
import dev.orrery.internal.config.Config;
import java.util.List;

/** {@code HeadMain [--config FILE] [--key=value …]}: runs a head until it is told to end. */
public final class HeadMain {
    private static final String USAGE = "HeadMain [--config FILE] [--head.key=value …]";

    private HeadMain() {}

    public static void main(String[] arguments) throws InterruptedException {
        HeadProcess head;
        try {
            head = run(config(arguments));
        } catch (OrreryException e) {
            System.err.println("orrery head: " + e.getMessage());
            System.exit(1);
            return;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(head::close, "orrery-head-shutdown"));
        head.awaitClosed();
    }

    /** Starts a head in this process. Close it. */
    public static HeadProcess run(Config config) {
        HeadProcess head = new HeadProcess(config);
        try {
            head.start();
            return head;
        } catch (RuntimeException e) {
            head.close();
            throw e;
        }
    }

    /** Flags, then the environment, then the file. */
    static Config config(String[] arguments) {
        return Config.ofArguments(HeadConfig.KEYS, List.of(arguments), USAGE);
    }
}
