package dev.orrery.world;

/** What carries a world's operations. */
public enum Backend {
    /** HOST, until NCCL is asked for. */
    AUTO,
    /** Between processes of one host shared memory, between hosts TCP. */
    HOST,
    /** Between GPUs. Needs a GPU and NCCL's libraries at every member. */
    NCCL
}
