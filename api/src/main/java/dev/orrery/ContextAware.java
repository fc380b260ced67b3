package dev.orrery;

/**
 * What an actor implements that wants to know its context. (A parameter of the constructor would do as well, but would make
 * {@code Counter::new} mean another constructor than the one that the driver sees.)
 */
public interface ContextAware {
    /**
     * Called once, on the actor's own thread, after its constructor and before its first call. It counts as part of the
     * start: what it throws fails the start with START_FAILED.
     */
    void onStart(ActorContext context) throws Exception;
}
