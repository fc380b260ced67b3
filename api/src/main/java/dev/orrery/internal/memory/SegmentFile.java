package dev.orrery.internal.memory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Bytes in a file that the processes of one host share: written once, by whoever makes it, and mapped by whoever reads them. The
 * file may lose its name while it is mapped.
 */
public final class SegmentFile {
    /** Each section begins at a multiple of it. */
    private static final int ALIGNMENT = 64;

    private SegmentFile() {}

    /** Where a section lies. */
    public record Section(long offset, long bytes) {
        public long end() {
            return offset + bytes;
        }
    }

    /**
     * Makes the file, or writes it anew. Written by calls of the system rather than through a mapping: where there is no room, that is
     * an error, and not the end of the process. What was begun is removed then.
     *
     * @param sections each in pieces, as a buffer may be too small for it
     */
    public static List<Section> write(Path file, List<List<ByteBuffer>> sections) throws IOException {
        boolean whole = false;
        try (FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            List<Section> written = new ArrayList<>();
            for (List<ByteBuffer> pieces : sections) {
                long offset = aligned(channel.position());
                channel.position(offset);
                for (ByteBuffer piece : pieces) {
                    while (piece.hasRemaining()) {
                        channel.write(piece);
                    }
                }
                written.add(new Section(offset, channel.position() - offset));
            }
            whole = true;
            return written;
        } finally {
            if (!whole) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static long aligned(long position) {
        return (position + ALIGNMENT - 1) & -ALIGNMENT;
    }

    /** Whether the file is here, and has as many bytes at least. */
    public static boolean isThere(Path file, long bytes) {
        try {
            return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                    && Files.isReadable(file)
                    && Files.size(file) >= bytes;
        } catch (IOException e) {
            // It went meanwhile.
            return false;
        }
    }

    /** For reading only. At most 2 GB; to be given back with {@link NativeMemory#unmap}. A link is not followed. */
    public static MappedByteBuffer map(Path file, Section section) throws IOException {
        return map(file, section, MapMode.READ_ONLY);
    }

    /** What is written into it nobody else sees: a page is copied then. Otherwise as {@link #map}. */
    public static MappedByteBuffer mapPrivately(Path file, Section section) throws IOException {
        return map(file, section, MapMode.PRIVATE);
    }

    private static MappedByteBuffer map(Path file, Section section, MapMode mode) throws IOException {
        try (FileChannel channel = open(file, section, mode)) {
            return channel.map(mode, section.offset(), section.bytes());
        }
    }

    private static FileChannel open(Path file, Section section, MapMode mode) throws IOException {
        FileChannel channel = mode == MapMode.PRIVATE
                // The JDK wants it, although nothing is written to the file.
                ? FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)
                : FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        if (channel.size() < section.end()) {
            long size = channel.size();
            channel.close();
            throw new IOException(file + " has " + size + " bytes instead of " + section.end());
        }
        return channel;
    }

    /** Copies a section, of any size. */
    public static void copyTo(Path file, Section section, List<ByteBuffer> pieces) throws IOException {
        try (FileChannel channel = open(file, section, MapMode.READ_ONLY)) {
            channel.position(section.offset());
            for (ByteBuffer piece : pieces) {
                while (piece.hasRemaining()) {
                    if (channel.read(piece) < 0) {
                        throw new IOException(file + " ended while it was read");
                    }
                }
            }
        }
    }
}
