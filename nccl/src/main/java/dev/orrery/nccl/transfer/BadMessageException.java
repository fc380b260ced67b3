package dev.orrery.nccl.transfer;

import dev.orrery.error.Failure;

/** The peer sent what it must not; the world breaks. */
public final class BadMessageException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String kind;

    public BadMessageException(String kind, String message) {
        super(message);
        this.kind = kind;
    }

    public static BadMessageException malformed(String message) {
        return new BadMessageException("protocol", message);
    }

    public Failure failure(String peer) {
        return Failure.of(kind, peer + " sent " + getMessage());
    }
}
