package dev.orrery.examples.demo;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What a demo run did, and whether all held. Milliseconds have three decimals. */
record DemoReport(
        int requests,
        int answered,
        int lost,
        int duplicated,
        int wrong,
        @JsonProperty("min_cosine") double minCosine,
        long replayed,
        List<Event> events,
        @JsonProperty("p50_ms") double p50Ms,
        @JsonProperty("p99_ms") double p99Ms,
        @JsonProperty("max_gap_ms") double maxGapMs,
        List<String> leaked,
        List<String> broken) {

    static final Set<String> EXPECTED_EVENTS =
            Set.of("worker-killed", "scaled-out", "scaled-in", "agent-restarted", "head-replaced");
    static final int LEAST_REQUESTS = 2_000;

    /**
     * @param atMs since the load began
     * @param detectedMs for a killed worker: from the kill to the gateway's removal of the replica
     * @param replacedMs for a killed worker: from the kill until as many replicas serve as before
     * @param tookMs for the others: until what was asked for was true again
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Event(
            String kind,
            String what,
            @JsonProperty("at_ms") double atMs,
            @JsonProperty("detected_ms") Double detectedMs,
            @JsonProperty("replaced_ms") Double replacedMs,
            @JsonProperty("took_ms") Double tookMs) {}

    /** Every promise of the demo that did not hold, in words; empty when all held. */
    List<String> failures() {
        List<String> failures = new ArrayList<>(broken);
        expect(failures, requests >= LEAST_REQUESTS, "only " + requests + " requests were sent");
        expect(failures, lost == 0, lost + " requests were lost");
        expect(failures, duplicated == 0, duplicated + " requests were answered twice");
        expect(failures, wrong == 0, wrong + " answers differ from the whole model's");
        expect(failures, replayed >= 1, "no request was in flight on the killed worker");
        expect(failures, leaked.isEmpty(), "left behind: " + leaked);
        Set<String> seen = events.stream().map(Event::kind).collect(Collectors.toSet());
        for (String kind : EXPECTED_EVENTS) {
            expect(failures, seen.contains(kind), "event " + kind + " is missing");
        }
        long scaledOut = events.stream()
                .filter(event -> event.kind().equals("scaled-out"))
                .count();
        expect(failures, scaledOut == 2, "scaled out " + scaledOut + " times instead of twice");
        return failures;
    }

    private static void expect(List<String> failures, boolean holds, String otherwise) {
        if (!holds) {
            failures.add(otherwise);
        }
    }

    void write(Path file) throws IOException {
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(file.toFile(), this);
    }

    static double millis(long nanos) {
        return Math.round(nanos / 1e3) / 1e3;
    }
}
