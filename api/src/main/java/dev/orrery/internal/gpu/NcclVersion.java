package dev.orrery.internal.gpu;

/**
 * A version of NCCL.
 *
 * @param code as NCCL tells it: 23007 is 2.30.7
 */
public record NcclVersion(int code) {
    /** The first whose worlds may have several ranks on one GPU. */
    private static final int FIRST_WITH_MULTI_RANK = 23_000;
    /** Before 2.9 there was one digit less: 2804 is 2.8.4. */
    private static final int FIRST_OF_FIVE_DIGITS = 10_000;

    private static final int HUNDRED = 100;
    private static final int THOUSAND = 1_000;

    public NcclVersion {
        if (code <= 0) {
            throw new IllegalArgumentException("no version of NCCL: " + code);
        }
    }

    public boolean isAtLeast(NcclVersion other) {
        return code >= other.code;
    }

    public boolean allowsMultiRank() {
        return code >= FIRST_WITH_MULTI_RANK;
    }

    /** Members of one world must agree in the first two numbers. */
    public boolean goesWith(NcclVersion other) {
        return major() == other.major() && minor() == other.minor();
    }

    private int majorUnit() {
        return code < FIRST_OF_FIVE_DIGITS ? THOUSAND : FIRST_OF_FIVE_DIGITS;
    }

    private int major() {
        return code / majorUnit();
    }

    private int minor() {
        return code % majorUnit() / HUNDRED;
    }

    /** "2.30.7" */
    @Override
    public String toString() {
        return major() + "." + minor() + "." + code % HUNDRED;
    }
}
