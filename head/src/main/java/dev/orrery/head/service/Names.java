package dev.orrery.head.service;

import java.util.List;
import java.util.regex.Pattern;

/** What things may be called: names become paths in the store and in node directories. */
final class Names {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]{0,62}[A-Za-z0-9])?");

    private Names() {}

    static void check(List<String> errors, String what, String name) {
        if (!NAME.matcher(name).matches()) {
            errors.add("'" + name + "' is no name of " + what
                    + ": 1 to 64 letters, digits, '.', '_' or '-', a letter or digit at both ends");
        }
    }
}
