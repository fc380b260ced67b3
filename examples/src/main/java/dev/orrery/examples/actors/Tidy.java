package dev.orrery.examples.actors;

import dev.orrery.Stage;
import dev.orrery.tensor.Tensors;
import java.util.Locale;

/** {@code text} to words in lower case with a space between two. */
public final class Tidy implements Stage {
    static final String TEXT = "text";

    @Override
    public Tensors process(Tensors inputs) {
        return Tensors.of(TEXT, tidied(inputs.get(TEXT).toStrings().get(0)));
    }

    static String tidied(String text) {
        return text.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]+", " ").strip();
    }
}
