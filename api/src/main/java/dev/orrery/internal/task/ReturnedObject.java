package dev.orrery.internal.task;

import dev.orrery.error.OrreryException;
import dev.orrery.internal.store.KeptValue;
import dev.orrery.internal.transfer.Hold;
import dev.orrery.internal.transfer.References;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * An object of this process, to which a value referred that came back and was read here: it stays until this is collected or dropped,
 * whatever becomes of other references to it.
 */
final class ReturnedObject implements ObjectMaker {
    private final HeldObject own;
    private final Hold hold;

    private ReturnedObject(HeldObject own, Hold hold) {
        this.own = own;
        this.hold = hold;
    }

    /** The object itself where it is gone. */
    static HeldObject of(HeldObject own) {
        HeldObject first = own.maker() instanceof ReturnedObject again ? again.own : own;
        if (!first.hold()) {
            return own;
        }
        Hold hold = Hold.of(first::letGo);
        ReturnedObject returned = new ReturnedObject(first, hold);
        References.letGoWith(returned, hold);
        return new HeldObject(returned);
    }

    private ObjectMaker maker() {
        return own.maker();
    }

    @Override
    public String id() {
        return maker().id();
    }

    @Override
    public String product() {
        return maker().product();
    }

    @Override
    public CompletableFuture<KeptValue> result() {
        return maker().result();
    }

    @Override
    public CompletableFuture<KeptValue> resultAfter(KeptValue lost, OrreryException why) {
        return maker().resultAfter(lost, why);
    }

    @Override
    public Optional<TaskRecipe> recipe() {
        return maker().recipe();
    }

    @Override
    public void drop() {
        hold.letGo();
    }

    @Override
    public Duration left() {
        return maker().left();
    }

    @Override
    public String whereabouts() {
        return maker().whereabouts();
    }

    @Override
    public boolean cancel() {
        return maker().cancel();
    }
}
