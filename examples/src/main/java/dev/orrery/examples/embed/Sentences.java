package dev.orrery.examples.embed;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the demo embeds: one document a line. */
public final class Sentences {
    private Sentences() {}

    /** The verses of {@code sentences.txt}; SENTENCES.md beside it tells where they come from. */
    public static List<String> builtIn() throws IOException {
        try (InputStream in = Sentences.class.getResourceAsStream("sentences.txt")) {
            return documents(new String(in.readAllBytes(), StandardCharsets.UTF_8), "the built-in sentences");
        }
    }

    public static List<String> of(Path file) throws IOException {
        return documents(Files.readString(file), file.toString());
    }

    private static List<String> documents(String text, String source) {
        List<String> documents = text.lines().filter(line -> !line.isBlank()).toList();
        if (documents.isEmpty()) {
            throw new IllegalArgumentException(source + " holds no text; write one document a line");
        }
        return documents;
    }
}
