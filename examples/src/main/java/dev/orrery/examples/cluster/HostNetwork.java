package dev.orrery.examples.cluster;

import java.util.List;
import java.util.Optional;

/** The hosts of a cluster, by name, and what lies between them. */
public interface HostNetwork {
    /** At which the others reach it, and at which its processes listen. */
    String address(String host);

    /** A port at that host that is free for a server of a cluster. */
    int port(String host, int wanted);

    /** What a command line begins with that runs there. */
    List<String> inside(String host);

    /** Why packets cannot be dropped here; empty when they can be. */
    Optional<String> whyNoCuts();

    /** From now on {@code to} hears nothing that {@code from} sends. Several cuts are told apart by their names. */
    void cut(String name, String from, String to);

    /** The hosts hear each other as before that cut. Nothing happens when there is none. */
    void heal(String name);
}
