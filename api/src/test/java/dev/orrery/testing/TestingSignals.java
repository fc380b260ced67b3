package dev.orrery.testing;

import java.io.IOException;

/** Signals that Java cannot send. */
public final class TestingSignals {
    private TestingSignals() {}

    /** @param signal {@code STOP}, {@code CONT}, {@code TERM} or {@code KILL} */
    public static void send(String signal, long pid) throws IOException, InterruptedException {
        int code = new ProcessBuilder("kill", "-" + signal, Long.toString(pid))
                .start()
                .waitFor();
        if (code != 0) {
            throw new IOException("cannot send " + signal + " to process " + pid);
        }
    }
}
