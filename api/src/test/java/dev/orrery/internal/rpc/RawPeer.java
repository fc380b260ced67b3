package dev.orrery.internal.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import dev.orrery.internal.proto.Hello;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** A socket that says whatever a test wants. */
final class RawPeer implements Closeable {
    private static final int READ_TIMEOUT_MILLIS = 20_000;

    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;

    RawPeer(HostPort address) throws IOException {
        this(new Socket(address.host(), address.port()));
    }

    RawPeer(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(READ_TIMEOUT_MILLIS);
        in = new DataInputStream(socket.getInputStream());
        out = new DataOutputStream(socket.getOutputStream());
    }

    static Hello hello() {
        return Hello.newBuilder()
                .setCluster("testing")
                .setRole("DRIVER")
                .setName("raw")
                .setNonce(ByteString.copyFrom(new byte[32]))
                .build();
    }

    RawPeer send(byte[] bytes) throws IOException {
        out.write(bytes);
        return this;
    }

    RawPeer preface() throws IOException {
        out.write("ORRERY".getBytes(StandardCharsets.US_ASCII));
        out.writeShort(1);
        return this;
    }

    RawPeer frame(MessageLite message) throws IOException {
        return frames(message);
    }

    /** In one write: the other end may close after the first, and a second write would fail then. */
    RawPeer frames(MessageLite... messages) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream together = new DataOutputStream(bytes);
        for (MessageLite message : messages) {
            together.writeInt(message.getSerializedSize());
            message.writeTo(together);
        }
        return send(bytes.toByteArray());
    }

    RawPeer endOutput() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    byte[] read(int length) throws IOException {
        return in.readNBytes(length);
    }

    byte[] readFrame() throws IOException {
        return read(in.readInt());
    }

    /** Reads until the other end closes, and returns how many bytes it sent before. */
    int awaitClosed() throws IOException {
        try {
            return in.readAllBytes().length;
        } catch (SocketException e) {
            // A reset is a close too: what was sent to the other end was not read.
            return 0;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
