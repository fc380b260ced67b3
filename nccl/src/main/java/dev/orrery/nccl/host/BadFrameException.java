package dev.orrery.nccl.host;

import dev.orrery.error.Failure;

/** The peer sent what it must not; the world breaks. */
final class BadFrameException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String kind;

    BadFrameException(String kind, String message) {
        super(message);
        this.kind = kind;
    }

    static BadFrameException malformed(String message) {
        return new BadFrameException("protocol", message);
    }

    Failure failure(String peer) {
        return Failure.of(kind, peer + " sent " + getMessage());
    }
}
