package dev.orrery.nccl.shared;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.memory.NativeMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * The memory of the two rings between two members. The file has a name only until both have it open. Not thread-safe;
 * nothing may use the memory after {@link #close()}.
 */
public final class RingFile implements AutoCloseable {
    private static final int ZEROS = 256 << 10;

    private final MappedByteBuffer memory;
    private final RingGeometry geometry;
    private boolean closed;

    private RingFile(MappedByteBuffer memory, RingGeometry geometry) {
        this.memory = memory;
        this.geometry = geometry;
    }

    /** Makes the file and maps it. Throws RESOURCE_EXHAUSTED, with the size that was needed and what to do. */
    public static RingFile create(Path path, RingGeometry geometry) {
        try (FileChannel channel = FileChannel.open(
                path,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            // Written, not only sized: a page that cannot be had is an error here, and the end of the process in a
            // store.
            ByteBuffer zeros = ByteBuffer.allocateDirect(ZEROS);
            for (long left = geometry.fileBytes(); left > 0; ) {
                zeros.clear().limit((int) Math.min(left, zeros.capacity()));
                left -= channel.write(zeros);
            }
            return map(channel, geometry);
        } catch (IOException e) {
            SharedFiles.removeName(path);
            throw OrreryException.of(
                    ErrorCode.RESOURCE_EXHAUSTED,
                    "cannot have %d bytes of shared memory in %s: %s; make it larger (mount -o remount,size=...), or the rings smaller"
                            .formatted(geometry.fileBytes(), path.getParent(), e.getMessage()),
                    e);
        }
    }

    /** Maps what the other side made. A link is not followed: it could lead anywhere. */
    public static RingFile open(Path path, RingGeometry geometry) {
        try (FileChannel channel =
                FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            if (channel.size() != geometry.fileBytes()) {
                throw new IOException("it has " + channel.size() + " bytes instead of " + geometry.fileBytes());
            }
            return map(channel, geometry);
        } catch (IOException e) {
            throw OrreryException.of(ErrorCode.UNAVAILABLE, "cannot map the shared memory " + path + ": " + e, e);
        }
    }

    private static RingFile map(FileChannel channel, RingGeometry geometry) throws IOException {
        MappedByteBuffer memory = channel.map(MapMode.READ_WRITE, 0, geometry.fileBytes());
        memory.load();
        return new RingFile(memory, geometry);
    }

    public RingGeometry geometry() {
        return geometry;
    }

    /** @param which 0 for what the side that made it writes, 1 for what it reads */
    ByteBuffer region(int which) {
        return memory.slice(which * geometry.regionBytes(), geometry.regionBytes());
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            NativeMemory.unmap(memory);
        }
    }
}
