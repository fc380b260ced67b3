package dev.orrery.internal.placement;

import dev.orrery.internal.names.NameRules;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** How resources and labels may be called, and how much there may be: the same for nodes that have and for what needs. */
public final class PlacementRules {
    /** A pebibyte. */
    public static final long MOST_MEMORY = 1L << 50;

    public static final int MOST_OF_A_RESOURCE = 1_000_000;
    public static final int MOST_GPUS = 1_000;
    public static final long MILLI = 1_000;

    /** For people, of names of resources. */
    public static final String NAME_FORM = NameRules.FORM;

    /** For people, of keys and values of labels. */
    public static final String LABEL_FORM =
            "1 to 64 letters, digits, '.', '_', '-' or '/', a letter or digit at both ends";

    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._/-]{0,62}[A-Za-z0-9])?");
    private static final Set<String> COUNTED_BY_THEMSELVES = Set.of("cpu", "cpus", "gpu", "gpus", "memory");

    private PlacementRules() {}

    /** What is wrong with the name of a resource; empty: nothing is. */
    public static Optional<String> wrongResource(String name) {
        if (COUNTED_BY_THEMSELVES.contains(name)) {
            return Optional.of(
                    "'" + name + "' is no name of a resource: CPUs, GPUs and memory are counted by themselves");
        }
        return NameRules.wrong("a resource", name);
    }

    /** What is wrong with a label; empty: nothing is. */
    public static Optional<String> wrongLabel(String key, String value) {
        return LABEL.matcher(key).matches() && LABEL.matcher(value).matches()
                ? Optional.empty()
                : Optional.of("'" + key + "=" + value + "' is no label: key and value have " + LABEL_FORM);
    }

    /** What is too little to count would otherwise be nothing. */
    public static boolean isAmount(double amount) {
        return amount == 0 || (amount > 0 && amount <= MOST_OF_A_RESOURCE && milli(amount) > 0);
    }

    /** What is wrong with that many GPUs for one actor; empty: nothing is. Whole ones, or a part of a single one. */
    public static Optional<String> wrongGpus(double gpus) {
        if (!(gpus >= 0) || gpus > MOST_GPUS) {
            return Optional.of("gpus must be from 0 to " + MOST_GPUS + ", not " + gpus);
        }
        long milli = milli(gpus);
        if (milli == 0 && gpus > 0) {
            return Optional.of("gpus " + gpus + ": a part of a GPU is 0.001 or more");
        }
        if (milli > MILLI && milli % MILLI != 0) {
            return Optional.of(
                    "gpus %s: a part is of one GPU, so it is less than 1; of more than one each is whole: %d or %d"
                            .formatted(gpus, milli / MILLI, milli / MILLI + 1));
        }
        return Optional.empty();
    }

    /** In thousandths. */
    public static long milli(double amount) {
        return Math.round(amount * MILLI);
    }
}
