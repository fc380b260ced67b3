package dev.orrery.agent.slot;

/**
 * What is known about a slot at one instant.
 *
 * @param wanted whether the desired set names this life; true while no desired set is known
 * @param superseded whether it names a later life of the same actor
 * @param preparation of what the launch needs
 * @param alone whether no older life of the same actor is left on this node
 * @param fork of the process
 * @param connected whether the process has called in and its connection is up
 * @param open whether the user's code has been opened, by the worker's own report
 * @param silent whether the process has been there without a connection for too long
 * @param gone whether the process is known to be gone
 * @param cleared whether all that it has started is known to be gone too
 * @param deadline of the present state, on the monotonic clock
 */
public record SlotObservation(
        boolean wanted,
        boolean superseded,
        Work preparation,
        boolean alone,
        Work fork,
        boolean connected,
        boolean open,
        boolean silent,
        boolean gone,
        boolean cleared,
        long deadline) {
    /** How far something is that runs elsewhere. */
    public enum Work {
        PENDING,
        DONE,
        FAILED
    }

    boolean overdue(long now) {
        return now - deadline >= 0;
    }
}
