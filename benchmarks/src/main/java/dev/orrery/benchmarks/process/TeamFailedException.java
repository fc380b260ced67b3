package dev.orrery.benchmarks.process;

/** One participant of a team failed, or did not answer in time; the team is of no more use. */
public final class TeamFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    public TeamFailedException(String message) {
        super(message);
    }
}
