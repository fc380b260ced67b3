package dev.orrery.examples.model.worlds;

/** How fast heads, ZooKeeper and agents are, against all that goes on between workers and clients. */
enum Speed {
    /** As it happens: each of their steps comes at any time. */
    ANY,
    /** They have done all that they can do before anything else happens. */
    AT_ONCE,
    /** They do nothing before all else has come to rest. */
    LAST
}
