package dev.orrery.nccl.link;

import dev.orrery.error.Failure;
import dev.orrery.nccl.proto.WorldNote;

/** The worlds, as links see them. Called on the control thread. */
public interface LinkUser {
    /** The link to a process that this world was bound to is up. */
    void linked(long world, String instance);

    /** It ended, or cannot come up. */
    void linkLost(long world, String instance, String why);

    /** A member of the world in that process says something to this one. */
    void noted(String instance, WorldNote note);

    /** The process says that the world broke there. */
    void peerBroke(long world, String instance, Failure cause);
}
