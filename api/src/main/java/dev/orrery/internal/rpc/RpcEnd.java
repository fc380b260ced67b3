package dev.orrery.internal.rpc;

/** What one end brings to each of its connections. */
record RpcEnd(RpcIdentity identity, RpcLimits limits, RpcHandlers handlers) {}
