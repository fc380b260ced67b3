package dev.orrery.nccl.shared;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How two members come to share memory: one makes the rings and listens for the bell under names that only the other is
 * told, the other opens both, proves at the bell that it is the one, and the names are gone. Blocks for as long as it takes
 * to write the rings.
 */
public final class Meeting implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Meeting.class);
    /** The peer finds room also when others knock. */
    private static final int BACKLOG = 16;

    private final Token token = Token.random();
    private final SharedFiles.Names names;
    private final RingFile file;
    private final ServerSocketChannel bells;
    private boolean handedOver;

    private Meeting(SharedFiles.Names names, RingFile file, ServerSocketChannel bells) {
        this.names = names;
        this.file = file;
        this.bells = bells;
    }

    /** Throws RESOURCE_EXHAUSTED. */
    public static Meeting arrange(Path folder, RingGeometry geometry) {
        try {
            SharedFiles.Names names = SharedFiles.names(folder);
            RingFile file = RingFile.create(names.ring(), geometry);
            try {
                return new Meeting(names, file, listen(names.bell()));
            } catch (IOException e) {
                file.close();
                SharedFiles.removeName(names.ring());
                throw e;
            }
        } catch (IOException e) {
            throw OrreryException.of(
                    ErrorCode.RESOURCE_EXHAUSTED,
                    "cannot make what is needed to share memory in " + folder + ": " + e,
                    e);
        }
    }

    private static ServerSocketChannel listen(Path path) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(path), BACKLOG);
            server.configureBlocking(false);
            return server;
        } catch (IOException e) {
            server.close();
            throw e;
        }
    }

    public Invitation invitation() {
        return new Invitation(names.ring(), names.bell(), file.geometry(), token);
    }

    /** The other side has opened both, or it throws PROTOCOL. Whoever else is at the bell is sent away. */
    public PathParts complete(String self, String peer) {
        try {
            for (SocketChannel bell = bells.accept(); bell != null; bell = bells.accept()) {
                if (bringsToken(bell)) {
                    handedOver = true;
                    return new PathParts(file, true, bell, self, peer);
                }
                log.warn("{}: closed a connection to {} that is not {}'s", self, names.bell(), peer);
                bell.close();
            }
            throw OrreryException.of(ErrorCode.PROTOCOL, "an answer, but it did not connect the bell");
        } catch (IOException e) {
            throw OrreryException.of(ErrorCode.UNAVAILABLE, "cannot share memory with " + peer + ": " + e, e);
        }
    }

    /** The peer has sent it by now, so nothing is waited for. */
    private boolean bringsToken(SocketChannel bell) {
        ByteBuffer first = ByteBuffer.allocate(Token.BYTES);
        try {
            bell.configureBlocking(false);
            while (first.hasRemaining()) {
                if (bell.read(first) <= 0) {
                    return false;
                }
            }
        } catch (IOException e) {
            log.debug("a connection to {} failed", names.bell(), e);
            return false;
        }
        return token.isIn(first.flip());
    }

    /** Takes the names away, and the rings too unless they are in use by now. */
    @Override
    public void close() {
        try {
            bells.close();
        } catch (IOException e) {
            throw OrreryException.of(ErrorCode.UNAVAILABLE, "cannot close the socket " + names.bell(), e);
        } finally {
            SharedFiles.removeName(names.bell());
            SharedFiles.removeName(names.ring());
            if (!handedOver) {
                file.close();
            }
        }
    }

    /** The other side's part. Throws UNAVAILABLE. */
    public static PathParts join(Invitation invitation, String self, String peer) {
        RingFile file = RingFile.open(invitation.ring(), invitation.geometry());
        try {
            return new PathParts(file, false, ring(invitation), self, peer);
        } catch (IOException e) {
            file.close();
            throw OrreryException.of(ErrorCode.UNAVAILABLE, "cannot reach the bell " + invitation.bell() + ": " + e, e);
        }
    }

    private static SocketChannel ring(Invitation invitation) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            // Otherwise one that nobody accepts any more would be waited for without an end.
            channel.configureBlocking(false);
            ByteBuffer first = ByteBuffer.wrap(invitation.token().bytes());
            if (!channel.connect(UnixDomainSocketAddress.of(invitation.bell())) || channel.write(first) < Token.BYTES) {
                throw new IOException("there is no room");
            }
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }
}
