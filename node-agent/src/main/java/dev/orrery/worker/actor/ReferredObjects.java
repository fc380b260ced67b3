package dev.orrery.worker.actor;

import dev.orrery.internal.proto.Value;
import dev.orrery.internal.transfer.Hold;
import dev.orrery.internal.transfer.ObjectExchange;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the arguments of a call refer to: held for the call, whose caller holds it no longer than that. */
final class ReferredObjects implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReferredObjects.class);

    /** Longer than it takes to dial an owner, and to be answered. */
    private static final Duration PATIENCE = Duration.ofSeconds(12);

    private final Hold hold;

    private ReferredObjects(Hold hold) {
        this.hold = hold;
    }

    static ReferredObjects of(ObjectExchange exchange, List<Value> arguments) {
        return new ReferredObjects(exchange.references()
                .take(arguments.stream()
                        .flatMap(argument -> argument.getReferencesList().stream())
                        .toList()));
    }

    /** Before the call's end is told: what was made of a reference meanwhile may stay, and its owner must know. */
    void awaitSettled() {
        try {
            var unused = hold.settled().get(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("owners of objects were not told within {} s that they are used here", PATIENCE.toSeconds(), e);
        }
    }

    @Override
    public void close() {
        hold.letGo();
    }
}
