package dev.orrery.nccl.transfer;

import dev.orrery.tensor.DataType;
import dev.orrery.world.ReduceOperation;
import java.util.Optional;

/**
 * One collective operation as a member called it: the same at every member, or the members disagree.
 *
 * @param sequence how many collective operations of the world came before it
 * @param root 0 for one without a root
 * @param dataType UINT8 for one without tensors
 * @param byteSize of the tensor that each member gives (or that the root gives each member); 0 for one without
 * @param onDevice whether the tensors lie on the members' devices
 */
public record Call(
        long sequence,
        CollectiveKind kind,
        Optional<ReduceOperation> reduction,
        int root,
        DataType dataType,
        long byteSize,
        boolean onDevice) {

    /** For people. */
    @Override
    public String toString() {
        StringBuilder text =
                new StringBuilder("operation ").append(sequence).append(": ").append(kind);
        reduction.ifPresent(it -> text.append(' ').append(it));
        return text.append(" with root ")
                .append(root)
                .append(" of ")
                .append(dataType)
                .append(", ")
                .append(byteSize)
                .append(onDevice ? " bytes on devices" : " bytes")
                .toString();
    }
}
