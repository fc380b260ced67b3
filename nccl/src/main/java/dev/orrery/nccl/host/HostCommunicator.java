package dev.orrery.nccl.host;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.nccl.Communicator;
import dev.orrery.nccl.spi.Membership;
import dev.orrery.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Checks what is asked, and hands it to the connection. */
final class HostCommunicator implements Communicator {
    private final Membership membership;
    private final long maxTensorBytes;
    private final List<Optional<PeerConnection>> connections;

    /** @param connections by rank; empty for this process's own */
    HostCommunicator(Membership membership, long maxTensorBytes, List<Optional<PeerConnection>> connections) {
        this.membership = membership;
        this.maxTensorBytes = maxTensorBytes;
        this.connections = List.copyOf(connections);
    }

    @Override
    public CompletableFuture<Void> send(int peer, Tensor tensor) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Optional<OrreryException> wrong = wrongPeer(peer).or(() -> wrongTensor(tensor));
        if (wrong.isPresent()) {
            return CompletableFuture.failedFuture(wrong.get());
        }
        connection(peer).send(new SendOperation(tensor, TensorHeader.of(tensor), done));
        return done;
    }

    @Override
    public CompletableFuture<Tensor> receive(int peer) {
        Optional<OrreryException> wrong = wrongPeer(peer);
        if (wrong.isPresent()) {
            return CompletableFuture.failedFuture(wrong.get());
        }
        CompletableFuture<Tensor> received = new CompletableFuture<>();
        connection(peer).receive(received);
        return received;
    }

    private PeerConnection connection(int peer) {
        return connections.get(peer).orElseThrow();
    }

    private Optional<OrreryException> wrongPeer(int peer) {
        if (peer < 0 || peer >= membership.size() || peer == membership.rank()) {
            return Optional.of(error(
                    ErrorCode.INVALID_ARGUMENT,
                    "rank " + membership.rank() + " of " + membership.size() + " has no peer of rank " + peer));
        }
        if (!connection(peer).isAttached()) {
            return Optional.of(error(ErrorCode.UNAVAILABLE, "the world is not ready: " + membership.describe(peer)));
        }
        return Optional.empty();
    }

    private Optional<OrreryException> wrongTensor(Tensor tensor) {
        if (tensor.isClosed()) {
            return Optional.of(error(ErrorCode.INVALID_ARGUMENT, "the tensor is closed: " + tensor));
        }
        if (tensor.byteSize() > maxTensorBytes) {
            return Optional.of(error(
                    ErrorCode.TENSOR_TOO_LARGE,
                    tensor + " has " + tensor.byteSize() + " bytes; the limit is " + maxTensorBytes + " bytes"));
        }
        if (tensor.shape().length > TensorHeader.MAX_DIMENSIONS) {
            return Optional.of(error(
                    ErrorCode.INVALID_ARGUMENT,
                    "a tensor of more than " + TensorHeader.MAX_DIMENSIONS + " dimensions"));
        }
        return Optional.empty();
    }

    private OrreryException error(ErrorCode code, String message) {
        return OrreryException.of(code, message, Map.of("world", membership.name()));
    }
}
