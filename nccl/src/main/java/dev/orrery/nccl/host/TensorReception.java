package dev.orrery.nccl.host;

import dev.orrery.error.OrreryException;
import dev.orrery.nccl.transfer.Envelope;
import dev.orrery.nccl.transfer.Envelope.Sent;
import dev.orrery.nccl.transfer.Landing;
import dev.orrery.nccl.transfer.MismatchException;
import dev.orrery.nccl.transfer.Reception;
import dev.orrery.tensor.Tensor;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The receive of a tensor that one member sends. */
final class TensorReception implements Reception {
    private final CompletableFuture<Tensor> received;
    private final Optional<Tensor> into;
    private Optional<Tensor> taken = Optional.empty();

    /** @param into the caller's; empty: one is allocated for what comes */
    TensorReception(CompletableFuture<Tensor> received, Optional<Tensor> into) {
        this.received = received;
        this.into = into;
    }

    @Override
    public Landing accept(Envelope envelope) throws MismatchException {
        Sent sent = check(envelope);
        Tensor tensor = into.orElseGet(sent.tensor()::allocate);
        taken = Optional.of(tensor);
        return Landing.at(tensor.address());
    }

    private Sent check(Envelope envelope) throws MismatchException {
        if (!(envelope instanceof Sent sent)) {
            throw new MismatchException("a receive here, and there " + envelope);
        }
        Wanted.check(into, sent.tensor(), envelope);
        return sent;
    }

    @Override
    public void deliver(Envelope envelope, Tensor held) throws MismatchException {
        if (into.isPresent()) {
            Reception.super.deliver(envelope, held);
            return;
        }
        try {
            check(envelope);
        } catch (MismatchException e) {
            held.close();
            throw e;
        }
        taken = Optional.of(held);
        complete();
    }

    @Override
    public void complete() {
        if (!received.complete(taken.orElseThrow())) {
            // The receive was cancelled.
            closeOwn();
        }
    }

    @Override
    public void fail(OrreryException why) {
        closeOwn();
        received.completeExceptionally(why);
    }

    private void closeOwn() {
        if (into.isEmpty()) {
            taken.ifPresent(Tensor::close);
        }
    }
}
