package dev.orrery.nccl.device;

/**
 * NCCL's version.
 *
 * @param code as NCCL tells it: from 2.9 on, major × 10000 + minor × 100 + patch
 */
public record NcclVersion(int code) implements Comparable<NcclVersion> {
    /** The first that can be told to allow several ranks on one GPU. */
    public static final NcclVersion WITH_SHARED_GPUS = of(2, 30, 0);
    /** The first whose non-blocking communicators and finalize do what is needed here. */
    public static final NcclVersion OLDEST = of(2, 18, 0);

    private static final int MAJOR = 10_000;
    private static final int MINOR = 100;

    public static NcclVersion of(int major, int minor, int patch) {
        return new NcclVersion(major * MAJOR + minor * MINOR + patch);
    }

    public boolean isAtLeast(NcclVersion other) {
        return code >= other.code;
    }

    @Override
    public int compareTo(NcclVersion other) {
        return Integer.compare(code, other.code);
    }

    @Override
    public String toString() {
        return code / MAJOR + "." + code % MAJOR / MINOR + "." + code % MINOR;
    }
}
