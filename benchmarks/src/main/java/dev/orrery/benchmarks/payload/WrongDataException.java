package dev.orrery.benchmarks.payload;

/** Something else arrived than was sent. */
public final class WrongDataException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public WrongDataException(String message) {
        super(message);
    }
}
