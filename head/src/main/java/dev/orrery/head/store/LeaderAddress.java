package dev.orrery.head.store;

import dev.orrery.internal.rpc.HostPort;

/** Who leads, since which epoch, and where. */
public record LeaderAddress(String head, HostPort address, long epoch) {}
