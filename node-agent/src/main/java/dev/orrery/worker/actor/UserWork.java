package dev.orrery.worker.actor;

/** What the user's code is in a worker for. All of it is done on the user thread. */
interface UserWork {
    /** Throws what the user's code throws, or what is wrong with its definition. */
    void open() throws Throwable;

    /** Answers the call. Throws only what ends the process. */
    void run(PendingCall call);

    /** After the last call. */
    void close();
}
