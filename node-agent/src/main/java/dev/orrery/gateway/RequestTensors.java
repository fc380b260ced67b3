package dev.orrery.gateway;

import dev.orrery.gateway.core.Payload;
import dev.orrery.tensor.Tensor;
import dev.orrery.tensor.Tensors;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** A request's tensors, off-heap until it has its outcome and no send of them is under way. */
final class RequestTensors implements Payload {
    private final Tensors tensors;
    private final long byteSize;
    private final AtomicInteger holders = new AtomicInteger(1);

    RequestTensors(Tensors tensors) {
        this.tensors = tensors;
        long bytes = 0;
        for (Map.Entry<String, Tensor> tensor : tensors) {
            bytes += tensor.getValue().byteSize();
        }
        this.byteSize = bytes;
    }

    Tensors tensors() {
        return tensors;
    }

    @Override
    public long byteSize() {
        return byteSize;
    }

    /** For a holder that has the tensors from one who still holds them. */
    void retain() {
        holders.incrementAndGet();
    }

    void release() {
        if (holders.decrementAndGet() == 0) {
            tensors.close();
        }
    }
}
