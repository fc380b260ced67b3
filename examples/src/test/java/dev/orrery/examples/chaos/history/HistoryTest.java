package dev.orrery.examples.chaos.history;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryTest {
    @TempDir
    Path folder;

    @Test
    void whatWasWrittenIsRead() throws IOException {
        Path file = folder.resolve("history");
        try (HistoryWriter writer = HistoryWriter.create(file)) {
            long first = writer.begin(Operation.Kind.REQUEST, "alpha", 10, 110);
            long second = writer.begin(Operation.Kind.INCREMENT, "counter-1", 20, 120);
            long third = writer.begin(Operation.Kind.REQUEST, "alpha", 30, 130);
            writer.end(second, 40, Operation.Outcome.FAILED, "ACTOR_DEAD");
            writer.end(first, 50, Operation.Outcome.ANSWERED, "a\tb\nc");
            writer.end(first, 60, Operation.Outcome.ANSWERED, "again");
            assertEquals(3, third);
        }
        List<Operation> read = new ArrayList<>();
        assertEquals(2, HistoryReader.read(file, "driver", read::add));
        assertEquals(
                List.of(
                        "driver/2 INCREMENT counter-1 FAILED ACTOR_DEAD",
                        "driver/1 REQUEST alpha ANSWERED a b c",
                        "driver/1 REQUEST ? AGAIN again",
                        "driver/3 REQUEST alpha OPEN "),
                read.stream().map(Operation::toString).toList());
        assertEquals(50, read.get(1).endNanos());
    }

    @Test
    void aLineThatWasCutOffIsLeftOut() throws IOException {
        Path file = folder.resolve("history");
        try (HistoryWriter writer = HistoryWriter.create(file)) {
            writer.begin(Operation.Kind.REQUEST, "alpha", 10, 110);
        }
        Files.writeString(file, "E\t1\t4", StandardOpenOption.APPEND);
        List<Operation> read = new ArrayList<>();
        HistoryReader.read(file, "driver", read::add);
        assertEquals(Operation.Outcome.OPEN, read.get(0).outcome());
    }
}
