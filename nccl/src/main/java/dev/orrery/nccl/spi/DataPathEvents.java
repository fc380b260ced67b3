package dev.orrery.nccl.spi;

import dev.orrery.error.Failure;
import dev.orrery.nccl.port.PeerProcess;
import dev.orrery.nccl.proto.WorldNote;

/** What a data path tells its world, always on the control thread. */
public interface DataPathEvents {
    /** A member has shown that it lives in {@code process}; the data path to it is being made. */
    void reached(int rank, PeerProcess process);

    /** The data path to a member is there. */
    void connected(int rank);

    /** It can carry operations. */
    void formed();

    /** Says something to that member's data path, in order, over the control link. */
    void tell(int rank, WorldNote note);

    /** Still trying; {@code why} the last try failed. */
    void waiting(int rank, String why);

    /** It cannot go on. */
    void failed(Failure cause);

    /** It cannot go on, and the end of a member may be why, which that member's control link tells in a moment. */
    void failedRemotely(Failure cause);

    /** This process has to end: it cannot get rid of what the world did. */
    void stuck(Failure cause);

    /** The path to a member ended without a word; perhaps its control link tells why. */
    void lost(int rank, String why);

    /** The member ended the world in good order, after all that it had sent. */
    void peerLeft(int rank);

    /** Nothing is left of it. */
    void released();
}
