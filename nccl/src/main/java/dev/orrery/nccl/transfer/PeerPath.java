package dev.orrery.nccl.transfer;

import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.world.Transport;

/**
 * Carries the messages between this member and one other, in order both ways. Any thread may call any method; none
 * blocks. What completes may be told on the calling thread, before the call returns.
 */
public interface PeerPath {
    /** Called on a thread of the transport, or by a method called here. */
    interface Events {
        /** The path ended without a word; everything under way waits for {@link PeerPath#abort}. */
        void onLost(String why);

        void onFailed(Failure cause);

        /** The peer ended in good order, after all that it had sent. */
        void onPeerLeft();

        /** Nothing is left of the path. Once. */
        void onReleased();
    }

    Transport transport();

    void send(Outgoing message);

    void receive(Reception reception);

    /** Whether a waiting thread can move this path's data. */
    default boolean canHelp() {
        return false;
    }

    /** The calling thread came to wait for something that had been done already. */
    default void visited() {}

    /** The calling thread begins to help, until {@link #helped}. */
    default void helping() {}

    /** Moves what can be moved now, on the calling thread; returns whether anything moves or may move soon. */
    default boolean help() {
        return false;
    }

    /** Whether a lot of data came or went when something last did. */
    default boolean streams() {
        return false;
    }

    /**
     * The calling thread, which helped, goes its way.
     *
     * @param waiting it is about to sleep until something arrives
     */
    default void helped(boolean waiting) {}

    /**
     * Delivers what was handed in, then tells the peer of the end. With {@code keepArrived} also what the peer still sends
     * before its own end can be received; otherwise it is dropped.
     */
    void end(OrreryException why, boolean keepArrived);

    /** Gives up what is not yet delivered of an {@link #end}, but still tells the peer. */
    void cut();

    /** Fails everything as soon as nothing uses its memory, then releases all. */
    void abort(OrreryException why);

    /** Looks for what stands still. Called regularly. */
    void tick();
}
