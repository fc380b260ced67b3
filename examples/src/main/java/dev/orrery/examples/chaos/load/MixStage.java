package dev.orrery.examples.chaos.load;

import dev.orrery.Stage;
import dev.orrery.tensor.Tensors;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** Adds to the text its name and a sum over both, so that an answer tells which stages it has passed, in which order. */
public final class MixStage implements Stage {
    static final String TEXT = "text";

    private final String name;

    MixStage(String name) {
        this.name = name;
    }

    @Override
    public Tensors process(Tensors inputs) {
        return Tensors.of(TEXT, mix(name, inputs.get(TEXT).toStrings().get(0)));
    }

    static String mix(String name, String text) {
        CRC32 sum = new CRC32();
        sum.update((text + name).getBytes(StandardCharsets.UTF_8));
        return text + ">" + name + ":" + Long.toHexString(sum.getValue());
    }
}
