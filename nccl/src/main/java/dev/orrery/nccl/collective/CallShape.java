package dev.orrery.nccl.collective;

import dev.orrery.nccl.transfer.Call;
import dev.orrery.nccl.transfer.CollectiveKind;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import dev.orrery.world.ReduceOperation;
import java.util.Optional;

/** A call whose turn has not come: all of it but the number. */
record CallShape(
        CollectiveKind kind,
        Optional<ReduceOperation> reduction,
        int root,
        DataType dataType,
        long byteSize,
        boolean onDevice) {
    static final CallShape BARRIER =
            new CallShape(CollectiveKind.BARRIER, Optional.empty(), 0, DataType.UINT8, 0, false);

    static CallShape of(CollectiveKind kind, int root, Tensor tensor) {
        return new CallShape(
                kind,
                Optional.empty(),
                root,
                tensor.dataType(),
                tensor.byteSize(),
                tensor.device().isPresent());
    }

    CallShape by(ReduceOperation operation) {
        return new CallShape(kind, Optional.of(operation), root, dataType, byteSize, onDevice);
    }

    Call at(long sequence) {
        return new Call(sequence, kind, reduction, root, dataType, byteSize, onDevice);
    }
}
