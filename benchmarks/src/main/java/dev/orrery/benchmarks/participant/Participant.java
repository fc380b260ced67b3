package dev.orrery.benchmarks.participant;

import dev.orrery.benchmarks.command.Command;
import dev.orrery.benchmarks.command.Reply;
import java.io.IOException;

/** What a process of a run does. */
interface Participant extends AutoCloseable {
    void start();

    /** Does it, on the calling thread; as long as it takes: the harness has the deadline. */
    Reply obey(Command command) throws IOException;

    @Override
    void close();
}
