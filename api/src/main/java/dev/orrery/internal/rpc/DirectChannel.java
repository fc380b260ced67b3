package dev.orrery.internal.rpc;

import io.netty.channel.Channel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * A connection that may be written to by a thread that is not its own: to wake its own takes longer than to send a small frame. The
 * socket of the JDK stands that while the connection is closed; a bare file descriptor would be another's by then.
 */
final class DirectChannel extends NioSocketChannel implements OutboundFrames.Direct {
    /** To dial with. */
    DirectChannel() {}

    /** Of one that {@code parent} accepted. */
    DirectChannel(Channel parent, SocketChannel socket) {
        super(parent, socket);
    }

    @Override
    public boolean isIdle() {
        var buffer = unsafe().outboundBuffer();
        return buffer != null && buffer.totalPendingWriteBytes() == 0;
    }

    @Override
    public int writeNow(ByteBuffer bytes) throws IOException {
        return javaChannel().write(bytes);
    }
}
