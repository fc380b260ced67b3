package dev.orrery.internal.rpc;

import dev.orrery.internal.auth.ClusterSecret;

/**
 * Who this process is to its peers.
 *
 * @param cluster name of the cluster; peers of another are refused; empty for one that will learn it (it fits any)
 */
public record RpcIdentity(String cluster, PeerRole role, String name, ClusterSecret secret) {}
