package dev.orrery.worker.actor;

import java.util.concurrent.CompletableFuture;

/** What the user's code is in a worker for. All of it is done on the user's threads. */
interface UserWork {
    /** Throws what the user's code throws, or what is wrong with its definition. */
    void open() throws Throwable;

    /** What {@link #run} returns for a call that has ended. */
    CompletableFuture<Void> ENDED = CompletableFuture.completedFuture(null);

    /** Answers the call, now or when what it returns completes. Throws only what ends the process. */
    CompletableFuture<Void> run(PendingCall call);

    /** Returns when all that was begun and has ended is answered; what waits for something else is not. */
    default void awaitAnswers() {}

    /** After the last call. */
    void close();
}
