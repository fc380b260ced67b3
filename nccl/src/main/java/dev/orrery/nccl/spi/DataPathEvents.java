package dev.orrery.nccl.spi;

import dev.orrery.error.Failure;
import dev.orrery.nccl.port.PeerProcess;

/** What a data path tells its world, always on the control thread. */
public interface DataPathEvents {
    /** A member has shown that it lives in {@code process}; the data path to it is being made. */
    void reached(int rank, PeerProcess process);

    /** The data path to a member is there. */
    void connected(int rank);

    /** Still trying; {@code why} the last try failed. */
    void waiting(int rank, String why);

    /** It cannot go on. */
    void failed(Failure cause);

    /** The path to a member ended without a word; perhaps its control link tells why. */
    void lost(int rank, String why);

    /** The member ended the world in good order, after all that it had sent. */
    void peerLeft(int rank);

    /** Nothing is left of it. */
    void released();
}
