package dev.orrery.worker.actor;

/** Whether this life may act for its actor: always, unless the actor is exclusive. */
interface Tenure extends AutoCloseable {
    /** Of an actor that is not exclusive. */
    Tenure UNLIMITED = new Tenure() {
        @Override
        public void start() {}

        @Override
        public boolean holds() {
            return true;
        }

        @Override
        public void await() {}

        @Override
        public void close() {}
    };

    void start();

    boolean holds();

    /** Returns once it holds. */
    void await() throws InterruptedException;

    /** It is renewed no more. */
    @Override
    void close();
}
