package dev.orrery.worker.stage;

import dev.orrery.internal.proto.StageSpec;
import dev.orrery.internal.tensor.TensorCodec;
import dev.orrery.tensor.TensorSpec;
import dev.orrery.tensor.Tensors;
import java.util.List;
import java.util.Optional;

/** What a stage declared to take and to give. */
record Declarations(List<TensorSpec> inputs, List<TensorSpec> outputs) {
    static Declarations of(StageSpec spec) {
        return new Declarations(specs(spec.getInputsList()), specs(spec.getOutputsList()));
    }

    private static List<TensorSpec> specs(List<dev.orrery.internal.proto.TensorSpec> messages) {
        return messages.stream().map(TensorCodec::fromMessage).toList();
    }

    /** The first declared tensor that is not there as declared. */
    static Optional<String> mismatch(List<TensorSpec> declared, Tensors tensors) {
        return declared.stream()
                .flatMap(spec -> spec.mismatch(tensors).stream())
                .findFirst();
    }
}
