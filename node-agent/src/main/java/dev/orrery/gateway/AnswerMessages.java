package dev.orrery.gateway;

import dev.orrery.gateway.core.Payload;
import dev.orrery.internal.proto.TensorData;
import java.util.List;

/** An answer as it goes to the client; also remembered so, for a client that asks again. */
record AnswerMessages(List<TensorData> tensors, long byteSize) implements Payload {
    static AnswerMessages of(List<TensorData> tensors) {
        long bytes =
                tensors.stream().mapToLong(tensor -> tensor.getData().size()).sum();
        return new AnswerMessages(List.copyOf(tensors), bytes);
    }
}
