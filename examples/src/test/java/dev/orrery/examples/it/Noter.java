package dev.orrery.examples.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;

/** An actor that writes down what it runs, in a file that outlives it. */
public class Noter {
    private final Path notes;

    public Noter(String notes) {
        this.notes = Path.of(notes);
    }

    public int note(int number) throws IOException, InterruptedException {
        Files.writeString(notes, number + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        TimeUnit.MILLISECONDS.sleep(2);
        return number;
    }

    /** Until its worker ends. */
    public void hang() throws InterruptedException {
        TimeUnit.MINUTES.sleep(10);
    }
}
