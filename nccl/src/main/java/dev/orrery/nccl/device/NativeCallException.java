package dev.orrery.nccl.device;

import dev.orrery.error.Failure;

/** CUDA or NCCL did not do what was asked. */
public final class NativeCallException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String kind;
    private final boolean fatal;

    /**
     * @param kind {@code cuda} or {@code nccl}
     * @param fatal whether this process can do nothing more with its device
     */
    public NativeCallException(String kind, String message, boolean fatal) {
        super(message);
        this.kind = kind;
        this.fatal = fatal;
    }

    /** Whether this process can do nothing more with its device. */
    public boolean isFatal() {
        return fatal;
    }

    /** NCCL tells that something is wrong elsewhere, but not where. */
    public boolean mayComeFromAPeer() {
        return kind.equals("nccl") && !fatal;
    }

    public Failure failure() {
        return Failure.of(kind, getMessage());
    }
}
