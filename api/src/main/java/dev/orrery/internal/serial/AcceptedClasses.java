package dev.orrery.internal.serial;

import java.util.List;
import java.util.Set;

/**
 * Which classes travel. A list of what is allowed cannot be had, as users' classes are not known beforehand; so this names
 * what is never data: the JDK's insides and its doors to code, naming and remote objects, Orrery's own insides, and tensors
 * inside other objects, as their memory is not in the heap.
 */
final class AcceptedClasses {
    private static final List<String> REFUSED = List.of(
            "sun.",
            "com.sun.",
            "jdk.",
            "java.beans.",
            "java.lang.instrument.",
            "java.lang.invoke.",
            "java.lang.management.",
            "java.lang.module.",
            "java.lang.ref.",
            "java.lang.reflect.",
            "java.nio.channels.",
            "java.rmi.",
            "java.security.",
            "java.sql.",
            "javax.",
            "dev.orrery.agent.",
            "dev.orrery.gateway.",
            "dev.orrery.head.",
            "dev.orrery.internal.",
            "dev.orrery.nccl.",
            "dev.orrery.tensor.Tensor",
            "dev.orrery.worker.");

    private static final Set<String> ACCEPTED =
            Set.of("java.lang.invoke.SerializedLambda", "java.sql.Date", "java.sql.Time", "java.sql.Timestamp");

    private AcceptedClasses() {}

    static boolean accepts(String className) {
        String element = elementOf(className);
        return ACCEPTED.contains(element) || REFUSED.stream().noneMatch(element::startsWith);
    }

    /** An array's class is named {@code [Lpackage.Name;}. */
    private static String elementOf(String className) {
        int dimensions = className.lastIndexOf('[') + 1;
        boolean ofObjects = dimensions > 0 && className.startsWith("L", dimensions) && className.endsWith(";");
        return ofObjects ? className.substring(dimensions + 1, className.length() - 1) : className;
    }
}
