package dev.orrery.head.placement;

import dev.orrery.internal.proto.Resources;

/**
 * What one actor needs of GPUs: so many whole ones, each another device, or a part of a single one.
 *
 * @param devices how many it gets
 * @param milliEach how much of each, in thousandths
 */
public record GpuNeed(int devices, int milliEach) {
    static final int WHOLE = 1_000;

    public static final GpuNeed NONE = whole(0);
    /** Of whom nothing is known any more: to be on the safe side, all of what it has. */
    public static final GpuNeed UNKNOWN = whole(1);

    public static GpuNeed of(Resources resources) {
        return resources.getMilliGpu() > 0 ? part(resources.getMilliGpu()) : whole(resources.getGpus());
    }

    static GpuNeed whole(int devices) {
        return new GpuNeed(devices, WHOLE);
    }

    static GpuNeed part(int milli) {
        return new GpuNeed(1, milli);
    }

    public boolean isNone() {
        return devices == 0;
    }

    boolean isPart() {
        return milliEach < WHOLE;
    }

    /** In all. */
    public long milli() {
        return (long) devices * milliEach;
    }

    /** For people: "0.25 gpus". */
    @Override
    public String toString() {
        return Quantities.milli(milli()) + " gpus";
    }
}
