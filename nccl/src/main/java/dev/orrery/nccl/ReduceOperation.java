package dev.orrery.nccl;

/** How a reduction combines elements. */
public enum ReduceOperation {
    SUM,
    PRODUCT,
    MIN,
    MAX
}
