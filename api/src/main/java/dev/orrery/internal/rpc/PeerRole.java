package dev.orrery.internal.rpc;

/** What a process is to its peers. */
public enum PeerRole {
    DRIVER,
    HEAD,
    AGENT,
    WORKER
}
