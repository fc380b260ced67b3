package dev.orrery.head.zookeeper;

import dev.orrery.internal.rpc.HostPort;

/**
 * A head as it stands for election.
 *
 * @param name its own, among the cluster's heads
 * @param address where drivers and agents reach it
 */
public record HeadSelf(String name, HostPort address) {}
