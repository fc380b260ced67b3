package dev.orrery.examples.chaos.check;

/**
 * What a counter said when it was incremented.
 *
 * @param actor its id
 * @param incarnation which life of that
 * @param process a number that each object has drawn for itself
 * @param value how often it was incremented, with this time
 */
public record Reading(String actor, long incarnation, long process, long value) {
    private static final int PARTS = 4;

    public String text() {
        return actor + "#" + incarnation + "#" + process + "#" + value;
    }

    public static Reading parse(String text) {
        String[] parts = text.split("#", -1);
        if (parts.length != PARTS) {
            throw new IllegalArgumentException("no reading of a counter: " + text);
        }
        return new Reading(parts[0], Long.parseLong(parts[1]), Long.parseLong(parts[2]), Long.parseLong(parts[3]));
    }

    /** One life of an actor. */
    String life() {
        return actor + "#" + incarnation;
    }
}
