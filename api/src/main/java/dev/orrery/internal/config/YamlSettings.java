package dev.orrery.internal.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.orrery.internal.config.Config.Given;
import dev.orrery.internal.config.Config.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A YAML file as dotted keys, each with its line. */
final class YamlSettings {
    private final Path file;
    private final JsonParser parser;
    private final List<Problem> problems;
    private final Map<String, Given> settings;

    private YamlSettings(Path file, JsonParser parser, Map<String, Given> settings, List<Problem> problems) {
        this.file = file;
        this.parser = parser;
        this.settings = settings;
        this.problems = problems;
    }

    static Map<String, Given> read(Path file, List<Problem> problems) {
        Map<String, Given> settings = new LinkedHashMap<>();
        try (JsonParser parser = new YAMLFactory().createParser(Files.readString(file))) {
            YamlSettings reading = new YamlSettings(file, parser, settings, problems);
            // More than one document in a file adds up.
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                reading.value("");
            }
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
            problems.add(new Problem(
                    "",
                    file + ":" + line + ": not YAML: " + e.getOriginalMessage().replaceAll("\\s+", " ")));
        } catch (IOException e) {
            problems.add(new Problem("", "cannot read " + file + ": " + e));
        }
        return settings;
    }

    /** The value that the parser stands at, with all that is below it. */
    private void value(String key) throws IOException {
        switch (parser.currentToken()) {
            case START_OBJECT -> object(key);
            case START_ARRAY -> put(key, where(), list(key));
            // A key without a value says nothing.
            case VALUE_NULL -> {}
            default -> put(key, where(), parser.getText());
        }
    }

    private void object(String prefix) throws IOException {
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = prefix.isEmpty() ? parser.currentName() : prefix + "." + parser.currentName();
            parser.nextToken();
            value(key);
        }
    }

    private String list(String key) throws IOException {
        List<String> elements = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken().isScalarValue()) {
                elements.add(parser.getText());
            } else {
                problems.add(new Problem(key, where() + ": the elements of " + key + " must be plain values"));
                parser.skipChildren();
            }
        }
        return String.join(",", elements);
    }

    private void put(String key, String where, String text) {
        if (key.isEmpty()) {
            problems.add(new Problem(key, where + ": '" + text + "' is no setting; write key: value"));
            return;
        }
        Given earlier = settings.putIfAbsent(key, new Given(text, where));
        if (earlier != null) {
            problems.add(new Problem(key, where + ": " + key + " was given before, at " + earlier.where()));
        }
    }

    private String where() {
        return file + ":" + parser.currentTokenLocation().getLineNr();
    }
}
