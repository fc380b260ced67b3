package dev.orrery.examples.model;

/**
 * New numbers for the reports of a node, from one on in the same order, as nothing but the order of reports is ever looked at.
 * How many there were would tell apart states that behave alike.
 *
 * @param used a bit for each number in use; zero stands for no report, and stays zero
 */
record Recount(int used) {
    private static final int MOST = 26;

    /** With one more number in use. */
    Recount with(long number) {
        if (number > MOST) {
            throw new IllegalStateException("report " + number + " has too large a number to be counted anew");
        }
        return number == 0 ? this : new Recount(used | 1 << (int) number);
    }

    Recount with(Recount other) {
        return new Recount(used | other.used);
    }

    /** Whether numbers change by it. */
    boolean isNews() {
        int fromOne = used >>> 1;
        return (fromOne & (fromOne + 1)) != 0;
    }

    long of(long number) {
        return Integer.bitCount(used & ((2 << (int) number) - 1));
    }
}
