package dev.orrery;

/**
 * An actor whose state outlives its lives: what it saves is kept by the leader, beside the actor, and handed to its next life. An actor
 * that is none begins each life as its constructor leaves it.
 *
 * <p>It saves when it {@linkplain ActorContext#saveCheckpoint asks for that}, and as its builder says ({@link
 * ActorBuilder#checkpointEvery(int)}). A call in whose course it saves is answered once that is done, and so are those that end meanwhile,
 * as they may tell of it: so no next life has forgotten what was saved and told. What was not saved when a life ends is gone, with the calls that made it; those of them that were not answered fail
 * with ACTOR_RESTARTED, or are sent again (see {@link ActorBuilder#callRetries}).
 *
 * <p>States are small: at most {@value #MOST_BYTES} bytes, as arguments are encoded, since all of them are in the memory of each head and
 * in ZooKeeper. Keep what is larger where your data is, and save how to find it. An actor that saves after each call waits for the
 * leader's commit each time; calls that end meanwhile are saved together with the next one.
 *
 * <p>What is kept is forgotten when the actor is DEAD: killed, exited, or crashed more often than it may restart.
 *
 * @param <S> the state: whatever may be an argument of a call
 */
public interface Checkpointable<S> {
    /** The largest state, in bytes. */
    int MOST_BYTES = 60 * 1024;

    /**
     * The state as it is now; read before this returns to the framework, so it may be the actor's own object. Called on a thread that runs
     * a call of the actor: after the call, or within it when the actor asks for it there; on several at once with {@link
     * ActorBuilder#maxConcurrency}. What it throws fails that call with CHECKPOINT_FAILED.
     */
    S checkpoint() throws Exception;

    /**
     * Called once in a life, when an earlier one has saved something: after the constructor and {@link ContextAware#onStart}, before the
     * first call. A state that cannot be read, and an exception from here, end this life as an exception of its constructor would, with
     * that as cause; no life begins without its state.
     *
     * @param state what was saved last; what is a tensor in it is the actor's to close
     */
    void restore(S state) throws Exception;
}
