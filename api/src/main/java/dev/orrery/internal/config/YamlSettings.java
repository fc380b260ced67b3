package dev.orrery.internal.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A YAML file as dotted keys, each with its line. */
final class YamlSettings {
    private YamlSettings() {}

    static Map<String, Config.Given> read(Path file, List<String> errors) {
        Map<String, Config.Given> settings = new LinkedHashMap<>();
        try (JsonParser parser = new YAMLFactory().createParser(Files.readString(file))) {
            flatten(parser, file, settings, errors);
        } catch (JsonProcessingException e) {
            errors.add(file + ":" + e.getLocation().getLineNr() + ": not YAML: " + e.getOriginalMessage());
        } catch (IOException e) {
            errors.add("cannot read " + file + ": " + e.getMessage());
        }
        return settings;
    }

    private static void flatten(JsonParser parser, Path file, Map<String, Config.Given> settings, List<String> errors)
            throws IOException {
        Deque<String> path = new ArrayDeque<>();
        StringBuilder list = new StringBuilder();
        int listDepth = 0;
        for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
            String where = file + ":" + parser.currentTokenLocation().getLineNr();
            if (token == JsonToken.FIELD_NAME) {
                path.push(parser.currentName());
            } else if (token == JsonToken.START_ARRAY) {
                listDepth++;
            } else if (token == JsonToken.END_ARRAY) {
                listDepth--;
                settings.put(key(path), new Config.Given(list.toString(), where));
                list.setLength(0);
                path.poll();
            } else if (token == JsonToken.END_OBJECT) {
                path.poll();
            } else if (token.isScalarValue() && path.isEmpty()) {
                errors.add(where + ": '" + parser.getText() + "' is no setting; write key: value");
            } else if (token.isScalarValue() && listDepth > 0) {
                list.append(list.isEmpty() ? "" : ",").append(parser.getText());
            } else if (token.isScalarValue()) {
                if (token != JsonToken.VALUE_NULL) {
                    settings.put(key(path), new Config.Given(parser.getText(), where));
                }
                path.poll();
            }
        }
    }

    private static String key(Deque<String> path) {
        StringBuilder key = new StringBuilder();
        for (Iterator<String> parts = path.descendingIterator(); parts.hasNext(); ) {
            key.append(key.isEmpty() ? "" : ".").append(parts.next());
        }
        return key.toString();
    }
}
