package dev.orrery.agent.process;

/** How a process ended. */
public sealed interface ExitStatus {
    record Code(int code) implements ExitStatus {}

    record Signal(int number) implements ExitStatus {}

    /** It is gone, and nobody can tell how. */
    record Lost(String why) implements ExitStatus {}

    /** It has never been started. */
    record NotStarted(String why) implements ExitStatus {}

    int SIGNAL_OFFSET = 128;

    /** From what a shell says: 128 and more tell of a signal. */
    static ExitStatus ofShell(int status) {
        return status > SIGNAL_OFFSET ? new Signal(status - SIGNAL_OFFSET) : new Code(status);
    }
}
