package dev.orrery.internal.rpc;

import io.netty.channel.ChannelPipeline;

/** What one end brings to each of its connections. */
record RpcEnd(RpcIdentity identity, RpcLimits limits, RpcHandlers handlers) {
    private static final int STRANGER_FRAME_BYTES = 4_096;

    /** Makes a new channel greet its peer. The one place where pipelines begin: TLS belongs in front of these two. */
    void greet(ChannelPipeline pipeline, HandshakeHandler handshake) {
        pipeline.addLast("frames", new FrameDecoder(STRANGER_FRAME_BYTES));
        pipeline.addLast("handshake", handshake);
    }
}
