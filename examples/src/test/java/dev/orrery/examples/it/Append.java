package dev.orrery.examples.it;

import dev.orrery.Stage;
import dev.orrery.tensor.Tensors;
import java.util.concurrent.TimeUnit;

/** Appends its name to the text, after a while of work. */
public final class Append implements Stage {
    private final String name;
    private final long workMillis;

    public Append(String name, long workMillis) {
        this.name = name;
        this.workMillis = workMillis;
    }

    @Override
    public Tensors process(Tensors inputs) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(workMillis);
        return Tensors.of("text", inputs.get("text").toStrings().get(0) + ">" + name);
    }
}
