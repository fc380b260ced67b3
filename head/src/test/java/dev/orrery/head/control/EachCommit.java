package dev.orrery.head.control;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/** The same run again and again, with another commit meeting its fate each time. */
final class EachCommit {
    private EachCommit() {}

    /**
     * Fails when one of them did, and says at which commit first.
     *
     * @param commits of a whole run; they are counted from 1
     */
    static void of(int commits, IntConsumer run) {
        List<String> failures = new ArrayList<>();
        for (int commit = 1; commit <= commits; commit++) {
            try {
                run.accept(commit);
            } catch (AssertionError e) {
                failures.add("commit " + commit + ": " + e.getMessage());
            }
        }
        assertTrue(failures.isEmpty(), () -> failures.size() + " of " + commits + ":\n" + failures.get(0));
    }
}
