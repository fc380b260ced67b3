package dev.orrery;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * The handle to the result of a task, or to a value that was put, which may be an argument of other tasks before it is there. Thread-safe.
 *
 * <p>Inside of other values (in a record, a list, ...) that are arguments of tasks and of calls of actors, results, or put, it travels as a
 * reference: whoever reads it there may get the object, pass it on, or keep it. The object stays until all of these have released it, or it
 * was collected there, or their processes have ended. It ends with its owner: the process in which it was put or its task was submitted.
 *
 * <p>A large result that is lost, as the worker that kept it died, is made again by its task when it is wanted, as often as {@link
 * TaskBuilder#retries} allows. So a function may run again after its result was there.
 *
 * <p>What a wait for it, or its future, fails with:
 *
 * <ul>
 *   <li>TASK_FAILED: the function threw; the failure is its exception.
 *   <li>WORKER_DIED: its workers died, more often than {@link TaskBuilder#retries} allows; the failure tells how the last did.
 *   <li>DEADLINE_EXCEEDED: its {@link TaskBuilder#timeout} is over; the message says where it was.
 *   <li>DOES_NOT_FIT: no node is large enough for it.
 *   <li>START_FAILED: no worker for it could be started; the failure tells why.
 *   <li>NOT_SERIALIZABLE: an argument, the function or the result, named; INVALID_ARGUMENT: there is no such function there.
 *   <li>TOO_MANY_TASKS: it was not taken.
 *   <li>OBJECT_LOST: its bytes, or those of an argument, were in a file that is not there any more, or kept by a process on another
 *       host that is gone or cannot be reached; the message names it. A large object cannot be got once the {@link Orrery} that it
 *       is from was closed.
 *   <li>OBJECT_RELEASED: {@link #release} gave it up before.
 *   <li>CANCELLED: see {@link #cancel}; or the {@link Orrery} that it is from was closed.
 *   <li>what an argument of it failed with: the message says which.
 * </ul>
 */
public non-sealed interface ObjectRef<T> extends Arg<T> {
    /** Of the task that makes it, unique in the cluster for ever; {@code orrery} logs and errors name it. */
    String id();

    /** Whether a wait would end at once. */
    boolean isDone();

    /**
     * Waits until it is there, which the task's own timeout bounds. Each call gives a copy of its own; a tensor in it is the
     * caller's to close. While a task or an actor waits here, others may have its CPUs. Throws CANCELLED when the thread is
     * interrupted.
     */
    T get();

    /** As {@link #get()}, but throws DEADLINE_EXCEEDED when it is not there in that time; the task goes on. */
    T get(Duration timeout);

    /**
     * The same as a future, with a copy of its own; it completes on a thread of the client's, where it may block. Cancelling it
     * is {@link #cancel}. A task that waits for a future, rather than in {@link #get}, keeps its CPUs.
     */
    CompletableFuture<T> toFuture();

    /**
     * Nobody wants it any more: a task that has not begun never will, one that runs has its thread interrupted, and if that is
     * of no use within some seconds its worker is ended. Waits for it fail with CANCELLED at once. Returns whether it was not
     * done before. Only its owner can: elsewhere it does nothing.
     */
    boolean cancel();

    /**
     * This reference is not needed any more: its value is given up now, and not only when the reference is garbage collected, which matters
     * for large ones. Who has it already keeps it: waits that are under way, tasks that were submitted with it as an argument, to their
     * ends, values that refer to it, and references elsewhere. A task that is to make it runs on. What begins later to wait for it here, or
     * is submitted with it, fails with OBJECT_RELEASED. Idempotent.
     */
    void release();
}
