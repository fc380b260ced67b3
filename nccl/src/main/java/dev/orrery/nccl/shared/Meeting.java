package dev.orrery.nccl.shared;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/**
 * How two members come to share memory: one makes the rings and listens for the bell under names that only the other is
 * told, the other opens both, and the names are gone. Blocks for as long as it takes to write the rings.
 */
public final class Meeting implements AutoCloseable {
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
            server.bind(UnixDomainSocketAddress.of(path), 1);
            server.configureBlocking(false);
            return server;
        } catch (IOException e) {
            server.close();
            throw e;
        }
    }

    public Path ringPath() {
        return names.ring();
    }

    public Path bellPath() {
        return names.bell();
    }

    public RingGeometry geometry() {
        return file.geometry();
    }

    /** The other side has opened both. */
    public PathParts complete(String self, String peer) {
        try {
            SocketChannel bell = bells.accept();
            if (bell == null) {
                throw new IOException("it did not connect the bell");
            }
            bell.configureBlocking(false);
            handedOver = true;
            return new PathParts(file, true, bell, self, peer);
        } catch (IOException e) {
            throw OrreryException.of(ErrorCode.UNAVAILABLE, "cannot share memory with " + peer + ": " + e, e);
        }
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

    /** The other side's part. */
    public static PathParts join(Path ring, Path bell, RingGeometry geometry, String self, String peer) {
        RingFile file = RingFile.open(ring, geometry);
        try {
            SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(bell));
            channel.configureBlocking(false);
            return new PathParts(file, false, channel, self, peer);
        } catch (IOException e) {
            file.close();
            throw OrreryException.of(ErrorCode.UNAVAILABLE, "cannot reach the bell " + bell + ": " + e, e);
        }
    }
}
