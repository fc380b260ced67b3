package dev.orrery.world;

/** What carries the messages between two members of a HOST world. */
public enum Transport {
    /** Two byte rings in memory that both processes map; on one host. */
    SHARED_MEMORY,
    /** On one host, when shared memory cannot be had. */
    UNIX_SOCKET,
    TCP
}
