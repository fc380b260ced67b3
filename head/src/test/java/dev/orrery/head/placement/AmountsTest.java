package dev.orrery.head.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.internal.proto.Resources;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AmountsTest {
    private static final Amounts SOME = new Amounts(4000, 1 << 20, Map.of("tpu", 2000L));

    @Test
    void areAddedAndTakenAwayByKind() {
        Amounts other = new Amounts(1000, 1 << 19, Map.of("tpu", 500L, "license", 1000L));
        assertEquals(new Amounts(5000, 3 << 19, Map.of("tpu", 2500L, "license", 1000L)), SOME.plus(other));
        assertEquals(new Amounts(3000, 1 << 19, Map.of("tpu", 1500L, "license", -1000L)), SOME.minus(other));
        assertEquals(SOME, SOME.plus(Amounts.NONE));
        assertEquals(SOME, Amounts.NONE.plus(SOME));
        assertEquals(new Amounts(0, 1 << 20, Map.of("tpu", 2000L)), SOME.withoutCpus());
    }

    @Test
    void whatNeedsNothingOfAKindFitsWhereLessThanNothingIsFree() {
        Amounts less = new Amounts(-1, -1, Map.of("tpu", -1L));
        assertTrue(less.cover(Amounts.NONE));
        assertFalse(less.cover(new Amounts(1, 0, Map.of())));
        assertFalse(less.cover(new Amounts(0, 1, Map.of())));
        assertFalse(less.cover(new Amounts(0, 0, Map.of("tpu", 1L))));
    }

    /** As records of before hold them. */
    @Test
    void aMessageWithoutThemHasNone() {
        Resources before = Resources.newBuilder().setMilliCpus(4000).setGpus(2).build();
        assertEquals(new Amounts(4000, 0, Map.of()), Amounts.of(before));
        assertEquals(before.toBuilder().clearGpus().build(), Amounts.of(before).toMessage());
        assertEquals(SOME, Amounts.of(SOME.toMessage()));
    }

    @Test
    void areWrittenForPeople() {
        assertEquals("0 B", Quantities.bytes(0));
        assertEquals("1023 B", Quantities.bytes(1023));
        assertEquals("1.5 KiB", Quantities.bytes(1536));
        assertEquals("1.999 GiB", Quantities.bytes((2L << 30) - 1));
        assertEquals("2 GiB", Quantities.bytes(2L << 30));
        assertEquals("-1 GiB", Quantities.bytes(-1L << 30));
        assertEquals("1024 TiB", Quantities.bytes(1L << 50));
        assertEquals("0.25", Quantities.milli(250));
        assertEquals("3", Quantities.milli(3000));
    }
}
