package dev.orrery.examples.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoReportTest {
    @TempDir
    private Path folder;

    @Test
    void holdsWhenAllHeld() {
        assertEquals(List.of(), report(0, 0, 0, 1, events()).failures());
    }

    @Test
    void tellsEachPromiseThatDidNotHold() {
        List<String> failures = report(1, 2, 3, 0, List.of()).failures();

        assertTrue(failures.contains("1 requests were lost"), failures.toString());
        assertTrue(failures.contains("2 requests were answered twice"), failures.toString());
        assertTrue(failures.contains("3 answers differ from the whole model's"), failures.toString());
        assertTrue(failures.contains("no request was in flight on the killed worker"), failures.toString());
        assertTrue(failures.contains("event head-replaced is missing"), failures.toString());
    }

    @Test
    void writesTheAgreedJson() throws Exception {
        Path file = folder.resolve("demo.json");

        report(0, 0, 0, 1, events()).write(file);

        JsonNode json = new ObjectMapper().readTree(file.toFile());
        assertEquals(2_000, json.get("requests").asInt());
        assertEquals(0.99999, json.get("min_cosine").asDouble());
        assertEquals(12.5, json.get("events").get(0).get("detected_ms").asDouble());
        assertTrue(json.get("leaked").isEmpty());
        for (String field :
                List.of("answered", "lost", "duplicated", "wrong", "replayed", "p50_ms", "p99_ms", "max_gap_ms")) {
            assertTrue(json.has(field), field);
        }
    }

    private static DemoReport report(int lost, int duplicated, int wrong, int replayed, List<DemoReport.Event> events) {
        return new DemoReport(
                2_000,
                2_000 - lost,
                lost,
                duplicated,
                wrong,
                0.99999,
                replayed,
                events,
                5,
                20,
                100,
                List.of(),
                List.of());
    }

    private static List<DemoReport.Event> events() {
        List<DemoReport.Event> events = new ArrayList<>();
        events.add(new DemoReport.Event("worker-killed", "encode-back-1", 1, 12.5, 700.0, null));
        for (String kind : List.of("scaled-out", "scaled-out", "scaled-in", "agent-restarted", "head-replaced")) {
            events.add(new DemoReport.Event(kind, "x", 1, null, null, 500.0));
        }
        return events;
    }
}
