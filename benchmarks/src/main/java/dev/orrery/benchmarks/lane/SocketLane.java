package dev.orrery.benchmarks.lane;

import dev.orrery.internal.rpc.HostPort;
import dev.orrery.tensor.Tensor;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** A plain blocking TCP connection on the loopback: both sides know how long a message is. */
public final class SocketLane implements Lane {
    private final ServerSocketChannel server;
    private SocketChannel channel;

    private SocketLane(ServerSocketChannel server, SocketChannel channel) {
        this.server = server;
        this.channel = channel;
    }

    /** The other side connects to {@link #address()}; the first use waits for that. */
    public static SocketLane listen() throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        return new SocketLane(server, null);
    }

    public static SocketLane connect(String address) throws IOException {
        HostPort to = HostPort.parse(address);
        return new SocketLane(null, tuned(SocketChannel.open(new InetSocketAddress(to.host(), to.port()))));
    }

    private static SocketChannel tuned(SocketChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        return channel;
    }

    public String address() throws IOException {
        InetSocketAddress local = (InetSocketAddress) server.getLocalAddress();
        return local.getAddress().getHostAddress() + ":" + local.getPort();
    }

    private SocketChannel channel() throws IOException {
        if (channel == null) {
            channel = tuned(server.accept());
        }
        return channel;
    }

    @Override
    public boolean blocks() {
        return true;
    }

    @Override
    public void startSend(int slot, Tensor message) {
        try {
            SocketChannel to = channel();
            ByteBuffer bytes = message.buffer(0, Math.toIntExact(message.byteSize()));
            while (bytes.hasRemaining()) {
                to.write(bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void finishSend(int slot) {}

    @Override
    public void startReceive(int slot, Tensor into) {
        try {
            SocketChannel from = channel();
            ByteBuffer bytes = into.buffer(0, Math.toIntExact(into.byteSize()));
            while (bytes.hasRemaining()) {
                if (from.read(bytes) < 0) {
                    throw new EOFException("the other side ended");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void finishReceive(int slot) {}

    @Override
    public void close() {
        try {
            if (channel != null) {
                channel.close();
            }
            if (server != null) {
                server.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
