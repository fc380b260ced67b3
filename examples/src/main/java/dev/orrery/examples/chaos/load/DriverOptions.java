package dev.orrery.examples.chaos.load;

import java.nio.file.Path;
import java.util.List;

/**
 * What a driver's command line says.
 *
 * @param client its name in its history
 * @param owner whether it starts counters that are not there
 * @param requestsPerSecond to each pipeline
 * @param callsPerSecond to each counter
 */
public record DriverOptions(
        String client,
        List<String> heads,
        Path secret,
        Path history,
        boolean owner,
        double requestsPerSecond,
        double callsPerSecond,
        List<String> counters) {
    private static final String SEPARATOR = ",";

    public DriverOptions {
        heads = List.copyOf(heads);
        counters = List.copyOf(counters);
    }

    public List<String> arguments() {
        return List.of(
                client,
                String.join(SEPARATOR, heads),
                secret.toString(),
                history.toString(),
                Boolean.toString(owner),
                Double.toString(requestsPerSecond),
                Double.toString(callsPerSecond),
                String.join(SEPARATOR, counters));
    }

    static DriverOptions parse(List<String> arguments) {
        return new DriverOptions(
                arguments.get(0),
                List.of(arguments.get(1).split(SEPARATOR, -1)),
                Path.of(arguments.get(2)),
                Path.of(arguments.get(3)),
                Boolean.parseBoolean(arguments.get(4)),
                Double.parseDouble(arguments.get(5)),
                Double.parseDouble(arguments.get(6)),
                List.of(arguments.get(7).split(SEPARATOR, -1)));
    }
}
