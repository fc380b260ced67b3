package dev.orrery.internal.names;

import java.util.Optional;
import java.util.regex.Pattern;

/** What things may be called, the same wherever it is checked: names become paths in the store and in node directories. */
public final class NameRules {
    /** For people. */
    public static final String FORM = "1 to 64 letters, digits, '.', '_' or '-', a letter or digit at both ends";

    /** Where actors and their names are whose driver names no other. */
    public static final String DEFAULT_NAMESPACE = "default";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]{0,62}[A-Za-z0-9])?");

    private NameRules() {}

    /**
     * What is wrong with it; empty: nothing is.
     *
     * @param what it is to be the name of, for people: "an actor"
     */
    public static Optional<String> wrong(String what, String name) {
        return NAME.matcher(name).matches()
                ? Optional.empty()
                : Optional.of("'" + name + "' is no name of " + what + ": " + FORM);
    }
}
