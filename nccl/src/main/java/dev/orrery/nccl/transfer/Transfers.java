package dev.orrery.nccl.transfer;

import dev.orrery.error.Failure;
import java.util.concurrent.CompletableFuture;

/**
 * One member's ways to the others, as collective operations use them. Messages from one member to another arrive in the
 * order in which they were sent, and receptions from one member match its messages in the order in which they were
 * posted. Any thread may call; nothing blocks; futures and receptions may complete before the call returns, on any thread.
 */
public interface Transfers {
    int rank();

    int size();

    /** For people. */
    String describe(int rank);

    /** {@code message.done()} completes when the message's memory is not used any more. */
    void send(int peer, Outgoing message);

    void receive(int peer, Reception reception);

    /** Breaks the world, for every member; what is pending fails. */
    void fail(Failure cause);

    /** What is handed to the user: a thread that waits for it helps to move the world's data. */
    <T> CompletableFuture<T> newFuture();
}
