package dev.orrery.world;

/** What carries a world's operations. */
public enum Backend {
    /** NCCL where it can be, HOST elsewhere; {@code orrery worlds --json} tells why a world of GPUs is of HOST. */
    AUTO,
    /** Between processes of one host shared memory, between hosts TCP. */
    HOST,
    /**
     * Between GPUs. Every member must hold one, no two the same (unless its node's {@code gpu.multi-rank} allows it), and their
     * nodes' NCCL must be of one version in its first two numbers.
     */
    NCCL
}
