package dev.orrery.nccl.transfer;

import dev.orrery.error.Failure;

/** A member sent something else than this one is to receive; the world breaks. */
public final class MismatchException extends Exception {
    private static final long serialVersionUID = 1L;

    /** @param message what was expected, and what came */
    public MismatchException(String message) {
        super(message);
    }

    /** What it means for the two, named as people know them. */
    public Failure failure(String self, String peer) {
        return Failure.of("mismatch", self + " and " + peer + " disagree: " + getMessage());
    }
}
