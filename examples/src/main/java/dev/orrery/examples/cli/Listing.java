package dev.orrery.examples.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.orrery.examples.cluster.ClusterObserver;
import dev.orrery.internal.proto.ClusterView;
import dev.orrery.internal.proto.Resources;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command that asks the leader once and prints rows, as a table or as JSON. */
abstract class Listing implements Callable<Integer> {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final long THOUSAND = 1_000;

    @Mixin
    private ConnectOptions connect;

    @Option(names = "--json", description = "Print JSON: a list of objects.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    /** Cells by column, in order; numbers stay numbers in JSON. */
    static final class Row {
        private final Map<String, Object> cells = new LinkedHashMap<>();
        private final Map<String, Object> details = new LinkedHashMap<>();

        Row with(String column, Object value) {
            cells.put(column, value);
            return this;
        }

        /** Too much for a table. */
        Row withJson(String key, Object value) {
            details.put(key, value);
            return this;
        }

        Map<String, Object> all() {
            Map<String, Object> all = new LinkedHashMap<>(cells);
            all.putAll(details);
            return all;
        }
    }

    /** Of thousandths; a whole number where it is one. */
    static Number number(long milli) {
        if (milli % THOUSAND == 0) {
            return milli / THOUSAND;
        }
        return milli / (double) THOUSAND;
    }

    static Number gpus(Resources resources) {
        return number(THOUSAND * resources.getGpus() + resources.getMilliGpu());
    }

    abstract List<Row> rows(ClusterView view);

    @Override
    public final Integer call() throws JsonProcessingException {
        ClusterView view;
        try (ClusterObserver observer = connect.connect()) {
            view = observer.cluster(TIMEOUT);
        }
        List<Row> rows = rows(view);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(new ObjectMapper()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .writeValueAsString(rows.stream().map(Row::all).toList()));
        } else {
            printTable(out, rows);
        }
        out.flush();
        return 0;
    }

    private static void printTable(PrintWriter out, List<Row> rows) {
        if (rows.isEmpty()) {
            out.println("(none)");
            return;
        }
        List<List<String>> lines = new ArrayList<>();
        lines.add(rows.get(0).cells.keySet().stream()
                .map(name -> name.replace('_', ' ').toUpperCase(java.util.Locale.ROOT))
                .toList());
        rows.forEach(row ->
                lines.add(row.cells.values().stream().map(String::valueOf).toList()));
        int columns = lines.get(0).size();
        int[] widths = new int[columns];
        for (List<String> line : lines) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        for (List<String> line : lines) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                text.append(line.get(i))
                        .append(" ".repeat(widths[i] - line.get(i).length() + 2));
            }
            out.println(text.toString().stripTrailing());
        }
    }
}
