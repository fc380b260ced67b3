package dev.orrery.internal.rpc;

/** Takes one kind of notice; same rules as {@link RpcHandler}. */
@FunctionalInterface
public interface NoticeHandler<M> {
    void handle(RpcConnection connection, M message);
}
