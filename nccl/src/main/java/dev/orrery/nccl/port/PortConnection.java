package dev.orrery.nccl.port;

import io.netty.channel.ChannelHandler;

/** What takes a connection over after its handshake. */
public interface PortConnection {
    /** Added to the pipeline in this order, once. */
    ChannelHandler[] handlers(PeerProcess peer);

    /** Instead of {@link #handlers}, when the connection ended before it could be taken over. */
    void gone();
}
