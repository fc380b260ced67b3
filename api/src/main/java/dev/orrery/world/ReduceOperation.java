package dev.orrery.world;

/**
 * How a reduction combines elements. FP16 and BF16 are combined in FP32 and rounded once at the end of each step; integers
 * wrap around. A place here is its code on the wire.
 */
public enum ReduceOperation {
    /** BOOL: or. */
    SUM,
    /** BOOL: and. */
    PRODUCT,
    /** BOOL: and. */
    MIN,
    /** BOOL: or. */
    MAX,
    /** The sum divided by the number of members, for integers toward zero; not for BOOL. */
    AVG
}
