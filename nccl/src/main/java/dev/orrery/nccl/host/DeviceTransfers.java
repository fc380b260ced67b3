package dev.orrery.nccl.host;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.nccl.collective.CollectiveOperations;
import dev.orrery.nccl.collective.DeviceCollectives;
import dev.orrery.nccl.collective.IssueOrder;
import dev.orrery.nccl.device.DeviceWork;
import dev.orrery.nccl.transfer.Envelope;
import dev.orrery.nccl.transfer.Outgoing;
import dev.orrery.nccl.transfer.PeerPath;
import dev.orrery.nccl.transfer.Reception;
import dev.orrery.nccl.transfer.TensorHeader;
import dev.orrery.tensor.Device;
import dev.orrery.tensor.Tensor;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The operations of one world on tensors that lie on its members' devices. What is to be sent is offered by an empty message,
 * in the order of all messages; the devices begin when the other member is ready to receive it.
 */
final class DeviceTransfers {
    private final HostTransfers transfers;
    private final DeviceWork work;
    private final CollectiveOperations collectives;
    /** How many tensors were offered, by rank. */
    private final AtomicLongArray offered;

    DeviceTransfers(HostTransfers transfers, IssueOrder order, DeviceWork work) {
        this.transfers = transfers;
        this.work = work;
        this.collectives = new DeviceCollectives(transfers, order, work);
        this.offered = new AtomicLongArray(transfers.size());
    }

    Device device() {
        return work.device();
    }

    CollectiveOperations collectives() {
        return collectives;
    }

    void send(PeerPath path, int peer, Tensor tensor, CompletableFuture<Void> done) {
        long number = offered.getAndIncrement(peer);
        long bytes = tensor.byteSize();
        work.offer(
                peer,
                number,
                calls -> {
                    if (bytes > 0) {
                        calls.send(peer, tensor.address(), bytes);
                    }
                },
                failure -> failure.ifPresentOrElse(done::completeExceptionally, () -> done.complete(null)));
        CompletableFuture<Void> told = new CompletableFuture<>();
        path.send(new Outgoing(new Envelope.Offered(TensorHeader.of(tensor), number), 0, tensor, told));
        told.whenComplete((nothing, failure) -> {
            if (failure != null) {
                work.withdraw(peer, number, asOrrery(failure));
            }
        });
    }

    private static OrreryException asOrrery(Throwable failure) {
        return failure instanceof OrreryException known
                ? known
                : OrreryException.of(ErrorCode.INTERNAL, "a tensor could not be offered: " + failure, failure);
    }

    Reception reception(int peer, CompletableFuture<Tensor> received, Optional<Tensor> into) {
        return new PlacedReception(new OfferedReception(transfers, work, peer, received, into), work, received, into);
    }
}
