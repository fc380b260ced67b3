package dev.orrery.nccl.shared;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class AttentionTest {
    private static final long LATE = 1_000;

    private final AtomicLong now = new AtomicLong(-50);
    private final Attention attention = new Attention(now.get());

    private boolean helpedOfLate() {
        return attention.isHelpedOfLate(now.get(), LATE);
    }

    @Test
    void nobodyHelpsAtFirst() {
        assertFalse(helpedOfLate());
    }

    @Test
    void aThreadHelpsUntilItHasWhatItWantsAndALittleLonger() {
        attention.helping();
        assertTrue(helpedOfLate());
        now.addAndGet(100 * LATE);
        assertTrue(helpedOfLate());
        attention.helped(false);
        attention.helping();
        assertTrue(helpedOfLate());
        attention.helped(false);
        assertTrue(helpedOfLate());
        now.addAndGet(LATE - 1);
        assertTrue(helpedOfLate());
        now.addAndGet(1);
        assertFalse(helpedOfLate());
    }

    @Test
    void aThreadThatComesForWhatIsDoneCountsToo() {
        attention.visited();
        assertTrue(helpedOfLate());
        now.addAndGet(LATE);
        assertFalse(helpedOfLate());
        attention.visited();
        assertTrue(helpedOfLate());
    }

    @Test
    void aThreadThatGoesToSleepLeavesThePathAtOnce() {
        attention.polled(true);
        attention.helping();
        attention.helped(true);
        assertFalse(helpedOfLate());
        assertFalse(attention.isGiven());
        attention.visited();
        assertTrue(helpedOfLate());
    }

    @Test
    void oneThatSleepsDoesNotHideOneThatHelps() {
        attention.helping();
        attention.helping();
        attention.helped(true);
        assertTrue(helpedOfLate());
        assertTrue(attention.isGiven());
    }
}
