package dev.orrery.nccl.collective;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.tensor.Tensor;
import dev.orrery.world.ReduceOperation;
import java.util.List;
import java.util.Optional;

/** What is wrong with what a user gave, before anything is done with it. */
record Arguments(int rank, int size) {
    Optional<OrreryException> wrongRoot(int root) {
        return root >= 0 && root < size
                ? Optional.empty()
                : invalid("a world of " + size + " members has no rank " + root + " that could be the root");
    }

    Optional<OrreryException> wrongTensor(Tensor tensor) {
        return tensor.isClosed() ? invalid("the tensor is closed: " + tensor) : Optional.empty();
    }

    Optional<OrreryException> wrongReduction(Tensor tensor, ReduceOperation operation) {
        return ReduceKernels.of(tensor.dataType(), operation).isPresent()
                ? Optional.empty()
                : invalid("elements of " + tensor.dataType() + " cannot be combined by " + operation);
    }

    /** One tensor for each rank, all of them alike. */
    Optional<OrreryException> wrongTensors(List<Tensor> tensors) {
        if (tensors.size() != size) {
            return invalid("a world of " + size + " members takes as many tensors, not " + tensors.size());
        }
        Tensor first = tensors.get(0);
        for (int i = 0; i < size; i++) {
            Tensor tensor = tensors.get(i);
            if (tensor.isClosed()) {
                return invalid("the tensor for rank " + i + " is closed: " + tensor);
            }
            if (!isLike(tensor, first)) {
                return invalid("the tensors for rank 0 and for rank " + i + " differ: " + words(first) + " and "
                        + words(tensor));
            }
        }
        return Optional.empty();
    }

    Optional<OrreryException> wrongScatter(int root, List<Tensor> tensors, Tensor into) {
        if (rank != root) {
            return tensors.isEmpty()
                    ? Optional.empty()
                    : invalid("rank " + rank + " gave " + tensors.size() + " tensors to scatter, but the root is rank "
                            + root);
        }
        return wrongTensors(tensors)
                .or(() -> isLike(tensors.get(0), into)
                        ? Optional.empty()
                        : invalid("the tensors to scatter and the one to receive into differ: " + words(tensors.get(0))
                                + " and " + words(into)));
    }

    private static boolean isLike(Tensor one, Tensor other) {
        return one.dataType() == other.dataType() && one.byteSize() == other.byteSize();
    }

    private static String words(Tensor tensor) {
        return tensor + " of " + tensor.byteSize() + " bytes";
    }

    private static Optional<OrreryException> invalid(String message) {
        return Optional.of(OrreryException.of(ErrorCode.INVALID_ARGUMENT, message));
    }
}
