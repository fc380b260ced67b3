package dev.orrery.world;

import java.util.List;

/**
 * A world, as one of its members sees it: fixed members, a fault domain, never resized. It stays the same object when it
 * breaks; its operations fail then, and a world that is formed afterwards under the same name is another object.
 */
public interface JoinedWorld {
    /** Unique in the cluster for ever. */
    String id();

    String name();

    /** This member's place, from 0. */
    int rank();

    /** How many members it has. */
    int size();

    /** By rank, this one included. */
    List<WorldMember> members();

    /** Its operations. The world is left and closed by the framework, never by an actor. */
    Communicator communicator();
}
