package dev.orrery.examples.it;

import dev.orrery.ActorContext;
import dev.orrery.ContextAware;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** An actor whose lives end, and that writes down what it did in them. */
public class Mortal implements ContextAware {
    private ActorContext context;

    /** @param exitCode of the process, which ends right here; 0: it does not */
    public Mortal(int exitCode) {
        if (exitCode != 0) {
            System.exit(exitCode);
        }
    }

    @Override
    public void onStart(ActorContext given) {
        context = given;
    }

    /** Notes that it runs, and ends the process unless so many lives have ended. */
    public long outlive(int lives, String notes) throws IOException {
        Files.writeString(
                Path.of(notes),
                context.incarnation() + (context.restarted() ? " restarted" : " first") + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        if (context.incarnation() <= lives) {
            Runtime.getRuntime().halt(3);
        }
        return context.incarnation();
    }
}
