package dev.orrery.examples.chaos.history;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Reads what a {@link HistoryWriter} wrote. Holds only the operations that are open, and the numbers of the others. */
public final class HistoryReader {
    private final String client;
    private final Consumer<Operation> consumer;
    private final Map<Long, Operation> open = new HashMap<>();
    private long ended;

    private HistoryReader(String client, Consumer<Operation> consumer) {
        this.client = client;
        this.consumer = consumer;
    }

    /**
     * Hands over the operations in the order of their ends, those that did not end last. A last line that was cut off
     * counts as not written.
     *
     * @return how many ended
     */
    public static long read(Path file, String client, Consumer<Operation> consumer) throws IOException {
        HistoryReader reader = new HistoryReader(client, consumer);
        try (BufferedReader in = Files.newBufferedReader(file)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                reader.take(line.split(String.valueOf(HistoryWriter.SEPARATOR), -1));
            }
        }
        reader.open.values().forEach(consumer);
        return reader.ended;
    }

    private void take(String[] parts) {
        if (parts[0].equals(HistoryWriter.BEGIN) && parts.length == 6) {
            long number = Long.parseLong(parts[1]);
            open.put(
                    number,
                    new Operation(
                            client,
                            number,
                            Operation.Kind.valueOf(parts[2]),
                            parts[3],
                            Long.parseLong(parts[4]),
                            Long.parseLong(parts[5]),
                            Long.MAX_VALUE,
                            Operation.Outcome.OPEN,
                            ""));
        } else if (parts[0].equals(HistoryWriter.END) && parts.length == 5) {
            end(Long.parseLong(parts[1]), Long.parseLong(parts[2]), Operation.Outcome.valueOf(parts[3]), parts[4]);
        }
    }

    private void end(long number, long endNanos, Operation.Outcome outcome, String detail) {
        Operation begun = open.remove(number);
        if (begun == null) {
            consumer.accept(new Operation(
                    client,
                    number,
                    Operation.Kind.REQUEST,
                    "?",
                    endNanos,
                    endNanos,
                    endNanos,
                    Operation.Outcome.AGAIN,
                    detail));
            return;
        }
        ended++;
        consumer.accept(new Operation(
                client,
                number,
                begun.kind(),
                begun.target(),
                begun.startNanos(),
                begun.deadlineNanos(),
                endNanos,
                outcome,
                detail));
    }
}
