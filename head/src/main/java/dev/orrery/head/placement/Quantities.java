package dev.orrery.head.placement;

import java.util.Locale;

/** Amounts in words. */
final class Quantities {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};
    private static final int STEP = 1_024;

    /** How an amount of some kind is written. */
    interface Words {
        String of(long amount);
    }

    private Quantities() {}

    /** 4, 1.5, 0.25: without zeros at the end. */
    static String milli(long milli) {
        if (milli % 1000 == 0) {
            return Long.toString(milli / 1000);
        }
        return String.format(Locale.ROOT, "%.3f", milli / 1000.0).replaceAll("0+$", "");
    }

    /** "2 GiB", "1.499 GiB": what is cut off at the end makes it less, so that nothing that is missing seems to be there. */
    static String bytes(long bytes) {
        int unit = 0;
        long size = 1;
        while (unit < UNITS.length - 1 && Math.abs(bytes) / size >= STEP) {
            size *= STEP;
            unit++;
        }
        return milli(Math.floorDiv(bytes, size) * 1_000 + Math.floorMod(bytes, size) * 1_000 / size) + " "
                + UNITS[unit];
    }
}
