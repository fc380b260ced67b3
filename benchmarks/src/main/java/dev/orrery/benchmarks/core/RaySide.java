package dev.orrery.benchmarks.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Ray, driven by a script that answers one line for each line it is given. */
final class RaySide implements CoreSide {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String REPLY = "reply ";
    private static final long END_SECONDS = 30;
    private static final int LAST_LINES = 15;

    private final List<String> command;
    private final Path log;
    private Process process;
    private String version = "";

    /**
     * @param command of the script
     * @param log takes what it prints otherwise
     */
    RaySide(List<String> command, Path log) {
        this.command = List.copyOf(command);
        this.log = log;
    }

    @Override
    public String name() {
        return "Ray";
    }

    @Override
    public String version() {
        return version;
    }

    @Override
    public void start() throws IOException {
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        version = reply().path("version").asText();
    }

    @Override
    public double perSecond(CoreTest test, Duration time) throws IOException {
        return ask(Map.of("test", test.title(), "seconds", time.toMillis() / 1e3))
                .path("perSecond")
                .asDouble();
    }

    @Override
    public double perSecond(GrowthTest test, Duration time) {
        throw new UnsupportedOperationException("growth is looked at on one side");
    }

    @Override
    public ManyActors manyActors(int most, Duration time) throws IOException {
        JsonNode found = ask(Map.of("actors", most, "seconds", time.toMillis() / 1e3));
        return new ManyActors(
                found.path("count").asInt(),
                found.path("perSecond").asDouble(),
                found.path("bytesEach").asDouble());
    }

    private JsonNode ask(Map<String, Object> question) throws IOException {
        Writer out = process.outputWriter(StandardCharsets.UTF_8);
        out.write(MAPPER.writeValueAsString(question) + "\n");
        out.flush();
        return reply();
    }

    private JsonNode reply() throws IOException {
        BufferedReader in = process.inputReader(StandardCharsets.UTF_8);
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (line.startsWith(REPLY)) {
                JsonNode reply = MAPPER.readTree(line.substring(REPLY.length()));
                if (!reply.path("error").asText().isEmpty()) {
                    throw new IOException("Ray: " + reply.path("error").asText());
                }
                return reply;
            }
        }
        List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
        throw new IOException("Ray's script ended:\n"
                + String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size())));
    }

    /** At the end of its input the script ends Ray's own processes. */
    @Override
    public void close() {
        if (process == null) {
            return;
        }
        try {
            process.getOutputStream().close();
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
