package dev.orrery.nccl.host;

import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.nccl.device.CudaCalls.CopyKind;
import dev.orrery.nccl.device.DeviceStep;
import dev.orrery.nccl.device.DeviceWork;
import dev.orrery.nccl.transfer.Envelope;
import dev.orrery.nccl.transfer.Envelope.Offered;
import dev.orrery.nccl.transfer.Landing;
import dev.orrery.nccl.transfer.MismatchException;
import dev.orrery.nccl.transfer.Reception;
import dev.orrery.tensor.Tensor;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The receive of a tensor that a member offers from its device; through this member's device, also into the host's memory. */
final class OfferedReception implements Reception {
    private static final Landing NOTHING = (source, offset, length) -> {};

    private final HostTransfers transfers;
    private final DeviceWork work;
    private final int peer;
    private final CompletableFuture<Tensor> received;
    private final Optional<Tensor> into;
    private Optional<Offered> offered = Optional.empty();

    /** @param into the caller's; empty: one is allocated on this member's device */
    OfferedReception(
            HostTransfers transfers,
            DeviceWork work,
            int peer,
            CompletableFuture<Tensor> received,
            Optional<Tensor> into) {
        this.transfers = transfers;
        this.work = work;
        this.peer = peer;
        this.received = received;
        this.into = into;
    }

    @Override
    public Landing accept(Envelope envelope) throws MismatchException {
        Offered offer = (Offered) envelope;
        Wanted.check(into, offer.tensor(), envelope);
        offered = Optional.of(offer);
        return NOTHING;
    }

    /** The offer has come, and nothing else will come by this way. */
    @Override
    public void complete() {
        Offered offer = offered.orElseThrow();
        boolean isDirect = into.isEmpty() || into.get().device().isPresent();
        try {
            Tensor onDevice = into.isPresent() && isDirect ? into.get() : allocate(offer);
            work.accept(peer, offer.number(), step(onDevice, isDirect), failure -> ended(onDevice, isDirect, failure));
        } catch (OrreryException e) {
            // The peer waits for this one, so it must hear of it.
            transfers.fail(
                    Failure.of(e.code().name(), "there is no memory to receive " + offer + ": " + e.getMessage()));
            received.completeExceptionally(e);
        }
    }

    private Tensor allocate(Offered offer) {
        long[] shape =
                offer.tensor().shape().stream().mapToLong(Long::longValue).toArray();
        return work.device()
                .allocateSized(offer.tensor().dataType(), offer.tensor().byteSize(), shape);
    }

    private DeviceStep step(Tensor onDevice, boolean isDirect) {
        long bytes = onDevice.byteSize();
        return calls -> {
            if (bytes > 0) {
                calls.receive(peer, onDevice.address(), bytes);
                if (!isDirect) {
                    calls.copy(onDevice.address(), into.orElseThrow().address(), bytes, CopyKind.TO_HOST);
                }
            }
        };
    }

    private void ended(Tensor onDevice, boolean isDirect, Optional<OrreryException> failure) {
        boolean isOwn = into.isEmpty() || !isDirect;
        if (failure.isPresent()) {
            if (isOwn) {
                onDevice.close();
            }
            received.completeExceptionally(failure.get());
        } else if (into.isPresent()) {
            if (isOwn) {
                onDevice.close();
            }
            received.complete(into.get());
        } else if (!received.complete(onDevice)) {
            // The receive was cancelled.
            onDevice.close();
        }
    }

    @Override
    public void fail(OrreryException why) {
        received.completeExceptionally(why);
    }
}
