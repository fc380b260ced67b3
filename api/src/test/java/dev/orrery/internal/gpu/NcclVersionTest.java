package dev.orrery.internal.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class NcclVersionTest {
    @Test
    void isWrittenAsPeopleKnowIt() {
        assertEquals("2.30.7", new NcclVersion(23_007).toString());
        assertEquals("2.9.6", new NcclVersion(20_906).toString());
        assertEquals("2.8.4", new NcclVersion(2_804).toString());
        assertThrows(IllegalArgumentException.class, () -> new NcclVersion(0));
    }

    @Test
    void theFirstTwoNumbersCount() {
        assertTrue(new NcclVersion(23_007).goesWith(new NcclVersion(23_000)));
        assertFalse(new NcclVersion(23_007).goesWith(new NcclVersion(22_907)));
        assertTrue(new NcclVersion(2_804).goesWith(new NcclVersion(20_804)));
    }

    @Test
    void severalRanksOnOneGpuNeed230() {
        assertTrue(new NcclVersion(23_000).allowsMultiRank());
        assertFalse(new NcclVersion(22_907).allowsMultiRank());
    }
}
