package dev.orrery.error;

/**
 * What kind of thing went wrong. The name travels over the wire, so a code is never renamed and never given a second
 * meaning.
 */
public enum ErrorCode {
    /** An argument, option or definition that can never be accepted; the message says which and what would be. */
    INVALID_ARGUMENT(Category.USER, false),
    /** Configuration that does not hold; the message lists every error found, not only the first. */
    INVALID_CONFIG(Category.USER, false),
    /** A pipeline or an actor of that name is there already. */
    ALREADY_EXISTS(Category.USER, false),
    /** No pipeline, stage, actor, world or artifact of that name. */
    NOT_FOUND(Category.USER, false),
    /** What is to be removed is not empty; the message names what is in it. */
    IN_USE(Category.USER, false),
    /** No node has room; the message lists need and free per node. */
    DOES_NOT_FIT(Category.CAPACITY, true),
    /** A tensor is missing, or of another type or shape than the stage declared. */
    TENSOR_MISMATCH(Category.USER, false),
    /** A tensor is larger than the configured limit. */
    TENSOR_TOO_LARGE(Category.USER, false),
    /** The user's {@code process} threw; the user's exception is the failure. */
    STAGE_FAILED(Category.USER, false),
    /** A worker could not construct or open its stage or actor, within its restarts. */
    START_FAILED(Category.USER, false),
    /** The user's method of an actor threw; the user's exception is the failure. */
    ACTOR_FAILED(Category.USER, false),
    /** The actor is dead; the failure tells why it died. */
    ACTOR_DEAD(Category.AVAILABILITY, false),
    /** The life of an actor that had the call ended, and another one follows; the failure tells how it ended. */
    ACTOR_RESTARTED(Category.AVAILABILITY, true),
    /** An exclusive actor holds no lease just now, so it did not run the call; it, or its next life, will. */
    ACTOR_PAUSED(Category.AVAILABILITY, true),
    /** An exclusive actor's lease ended while the call ran: its outcome is withheld, as another life may answer by now. */
    LEASE_LOST(Category.AVAILABILITY, false),
    /** The state of an actor could not be saved, or the next life could not be given it; a call that failed so has run. */
    CHECKPOINT_FAILED(Category.AVAILABILITY, false),
    /** The state of an actor is larger than what may be saved. */
    CHECKPOINT_TOO_LARGE(Category.USER, false),
    /** The function of a task threw; the user's exception is the failure. */
    TASK_FAILED(Category.USER, false),
    /** The workers that ran a task died, more often than it may be run again; the failure tells how the last one died. */
    WORKER_DIED(Category.AVAILABILITY, true),
    /** An object's bytes are not where they were kept any more; the message says where that was. */
    OBJECT_LOST(Category.AVAILABILITY, false),
    /** An object that is asked for was given up here before, by {@code ObjectRef.release}. */
    OBJECT_RELEASED(Category.USER, false),
    /** As many tasks of this client wait as may. */
    TOO_MANY_TASKS(Category.CAPACITY, true),
    /** An argument, a result or a function that cannot be made into bytes or back; the message names the class. */
    NOT_SERIALIZABLE(Category.USER, false),
    /** An actor's queue of calls is full. */
    ACTOR_OVERLOADED(Category.CAPACITY, true),
    /** The gateway's queue is full. */
    OVERLOADED(Category.CAPACITY, true),
    /** The time given for an operation is over; the message names who was waited for. */
    DEADLINE_EXCEEDED(Category.TIME, true),
    /** A request was in flight on replicas that died three times; it would hardly do better on a fourth. */
    POISONED_REQUEST(Category.USER, false),
    /** A request was replayed as often as its pipeline's policy allows. */
    ATTEMPTS_EXHAUSTED(Category.AVAILABILITY, true),
    /** The caller, or the end of what it called, cancelled the operation. */
    CANCELLED(Category.AVAILABILITY, true),
    /** A part that is needed is not there now: no gateway, no replica, shutting down. */
    UNAVAILABLE(Category.AVAILABILITY, true),
    /** A connection could not be made. */
    CONNECTION_FAILED(Category.AVAILABILITY, true),
    /** A connection ended while something was under way on it. */
    CONNECTION_LOST(Category.AVAILABILITY, true),
    /** This head stands by; the leader's address comes with the error when it is known. */
    NOT_LEADER(Category.AVAILABILITY, true),
    /** A command of an older epoch, or for another incarnation. */
    FENCED(Category.AVAILABILITY, false),
    /** The peer does not hold this cluster's secret. */
    UNAUTHENTICATED(Category.SECURITY, false),
    /** Bytes that are not this protocol, or another version of it. */
    PROTOCOL(Category.SECURITY, false),
    /** The peer does not know the method; it runs another version. */
    UNKNOWN_METHOD(Category.INTERNAL, false),
    /** A world broke; its cause is the failure. */
    BROKEN_WORLD(Category.AVAILABILITY, true),
    /** The peer is not (or no longer) a member of that world. */
    UNKNOWN_WORLD(Category.AVAILABILITY, true),
    /** ZooKeeper cannot be reached. */
    STORE_UNAVAILABLE(Category.AVAILABILITY, true),
    /** ZooKeeper holds another cluster, or none where there was one. */
    STORE_LOST(Category.AVAILABILITY, false),
    /** The host has too little of something: shared memory, file descriptors. */
    RESOURCE_EXHAUSTED(Category.CAPACITY, true),
    /** An address to listen at is taken. */
    ADDRESS_IN_USE(Category.USER, false),
    /** An artifact's bytes do not have the SHA-256 that names it. */
    ARTIFACT_CORRUPT(Category.INTERNAL, true),
    /** A worker's log was cut at its limit since its last piece was read; what follows begins at its start. */
    LOG_CUT(Category.CAPACITY, false),
    /** Part of an interface that a backend does not offer. */
    UNSUPPORTED(Category.USER, false),
    /** A defect of Orrery. */
    INTERNAL(Category.INTERNAL, false);

    /** Who has to act. */
    public enum Category {
        USER,
        CAPACITY,
        TIME,
        AVAILABILITY,
        SECURITY,
        INTERNAL
    }

    private final Category category;
    private final boolean retryable;

    ErrorCode(Category category, boolean retryable) {
        this.category = category;
        this.retryable = retryable;
    }

    public Category category() {
        return category;
    }

    /** Whether the same call can succeed later without anybody changing it. */
    public boolean retryable() {
        return retryable;
    }
}
