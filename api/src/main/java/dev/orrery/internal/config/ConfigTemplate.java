package dev.orrery.internal.config;

import java.util.List;

/** A YAML file that says nothing yet: every key, its meaning and its default as comments. */
public final class ConfigTemplate {
    private static final int WIDTH = 118;

    private ConfigTemplate() {}

    public static String render(String title, List<ConfigKey<?>> keys) {
        StringBuilder text = new StringBuilder();
        comment(text, title);
        comment(
                text,
                "Every key can also be given as a flag (--some.key=value) or as a variable (ORRERY_SOME_KEY); flags win over "
                        + "variables, variables over this file. Take the # away to change a default.");
        for (ConfigKey<?> key : keys) {
            text.append('\n');
            comment(text, key.doc() + " (" + key.form() + ")");
            text.append('#').append(key.name()).append(": ").append(key.defaultText());
            text.append('\n');
        }
        return text.toString().replace(": \n", ":\n");
    }

    private static void comment(StringBuilder text, String words) {
        StringBuilder line = new StringBuilder("#");
        for (String word : words.split(" ", -1)) {
            if (line.length() + 1 + word.length() > WIDTH) {
                text.append(line).append('\n');
                line = new StringBuilder("#");
            }
            line.append(' ').append(word);
        }
        text.append(line).append('\n');
    }
}
