package dev.orrery.examples.it;

import dev.orrery.Stage;
import dev.orrery.StageContext;
import dev.orrery.tensor.Device;
import dev.orrery.tensor.Tensor;
import dev.orrery.tensor.Tensors;
import java.util.concurrent.TimeUnit;

/** Appends its name to the text, after a while of work, and leaves the outcome on its GPU. */
public final class AppendOnGpu implements Stage {
    private final String name;
    private final long workMillis;
    private Device gpu;

    public AppendOnGpu(String name, long workMillis) {
        this.name = name;
        this.workMillis = workMillis;
    }

    @Override
    public void open(StageContext context) {
        gpu = context.devices().get(0);
    }

    @Override
    public Tensors process(Tensors inputs) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(workMillis);
        try (Tensor onHost = inputs.get("text").toHost();
                Tensor appended = Tensor.ofStrings(onHost.toStrings().get(0) + ">" + name)) {
            return Tensors.of("text", gpu.copyOf(appended));
        }
    }
}
