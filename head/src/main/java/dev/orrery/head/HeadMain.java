package dev.orrery.head;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.config.Config;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** {@code HeadMain [--config FILE] [--key=value …]}: runs a head until it is told to end. */
public final class HeadMain {
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
        Map<String, String> flags = flags(arguments);
        Optional<Path> file = Optional.ofNullable(flags.remove("config")).map(Path::of);
        return Config.load(HeadConfig.KEYS, file, System.getenv(), flags);
    }

    private static Map<String, String> flags(String[] arguments) {
        Map<String, String> flags = new LinkedHashMap<>();
        for (int index = 0; index < arguments.length; index++) {
            String argument = arguments[index];
            int equals = argument.indexOf('=');
            if (!argument.startsWith("--")) {
                throw usage("'" + argument + "' is not a flag");
            } else if (equals >= 0) {
                flags.put(argument.substring(2, equals), argument.substring(equals + 1));
            } else if (index + 1 < arguments.length) {
                index++;
                flags.put(argument.substring(2), arguments[index]);
            } else {
                throw usage("flag " + argument + " has no value");
            }
        }
        return flags;
    }

    private static OrreryException usage(String problem) {
        return OrreryException.of(
                ErrorCode.INVALID_ARGUMENT, problem + "; usage: HeadMain [--config FILE] [--head.key=value …]");
    }
}
