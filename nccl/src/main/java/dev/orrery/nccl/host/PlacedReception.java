package dev.orrery.nccl.host;

import dev.orrery.error.OrreryException;
import dev.orrery.nccl.device.CudaCalls.CopyKind;
import dev.orrery.nccl.device.DeviceWork;
import dev.orrery.nccl.transfer.Envelope;
import dev.orrery.nccl.transfer.Envelope.Offered;
import dev.orrery.nccl.transfer.Envelope.Sent;
import dev.orrery.nccl.transfer.Landing;
import dev.orrery.nccl.transfer.MismatchException;
import dev.orrery.nccl.transfer.Reception;
import dev.orrery.tensor.Tensor;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A receive that does not know yet whether the tensor lies on the sender's device or on its host. */
final class PlacedReception implements Reception {
    private final OfferedReception fromDevice;
    private final DeviceWork work;
    private final CompletableFuture<Tensor> received;
    private final Optional<Tensor> into;
    private Optional<Reception> chosen = Optional.empty();

    PlacedReception(
            OfferedReception fromDevice, DeviceWork work, CompletableFuture<Tensor> received, Optional<Tensor> into) {
        this.fromDevice = fromDevice;
        this.work = work;
        this.received = received;
        this.into = into;
    }

    @Override
    public Landing accept(Envelope envelope) throws MismatchException {
        return choose(envelope).accept(envelope);
    }

    @Override
    public void deliver(Envelope envelope, Tensor held) throws MismatchException {
        Reception reception;
        try {
            reception = choose(envelope);
        } catch (MismatchException e) {
            held.close();
            throw e;
        }
        reception.deliver(envelope, held);
    }

    private Reception choose(Envelope envelope) throws MismatchException {
        if (envelope instanceof Offered) {
            chosen = Optional.of(fromDevice);
        } else if (into.isPresent() && into.get().device().isPresent()) {
            if (envelope instanceof Sent sent) {
                Wanted.check(into, sent.tensor(), envelope);
            }
            chosen = Optional.of(new TensorReception(copied(into.get()), Optional.empty()));
        } else {
            chosen = Optional.of(new TensorReception(received, into));
        }
        return chosen.get();
    }

    /** What is received on the host, and goes to the device from there. */
    private CompletableFuture<Tensor> copied(Tensor onDevice) {
        CompletableFuture<Tensor> onHost = new CompletableFuture<>();
        onHost.whenComplete((tensor, failure) -> {
            if (failure != null) {
                received.completeExceptionally(failure);
                return;
            }
            work.alone(
                    calls -> calls.copy(tensor.address(), onDevice.address(), tensor.byteSize(), CopyKind.TO_DEVICE),
                    trouble -> {
                        tensor.close();
                        trouble.ifPresentOrElse(received::completeExceptionally, () -> received.complete(onDevice));
                    });
        });
        return onHost;
    }

    @Override
    public void complete() {
        chosen.orElseThrow().complete();
    }

    @Override
    public void fail(OrreryException why) {
        if (chosen.isPresent()) {
            chosen.get().fail(why);
        } else {
            received.completeExceptionally(why);
        }
    }
}
