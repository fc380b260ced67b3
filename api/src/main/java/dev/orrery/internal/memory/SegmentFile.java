package dev.orrery.internal.memory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
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
                // An empty section at the end would not make the file longer.
                boolean empty = pieces.stream().noneMatch(ByteBuffer::hasRemaining);
                long offset = empty ? channel.position() : aligned(channel.position());
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

    /**
     * Maps a section, of at most 2 GB; to be given back with {@link NativeMemory#unmap}. What is written into it nobody else sees: a page
     * is copied then. A link is not followed.
     */
    public static MappedByteBuffer mapPrivately(Path file, Section section) throws IOException {
        // The JDK wants a file that could be written, although nothing is written to it.
        try (FileChannel channel = open(file, section, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.map(MapMode.PRIVATE, section.offset(), section.bytes());
        }
    }

    private static FileChannel open(Path file, Section section, OpenOption... options) throws IOException {
        Set<OpenOption> all = new HashSet<>(List.of(options));
        all.add(LinkOption.NOFOLLOW_LINKS);
        FileChannel channel = FileChannel.open(file, all);
        long size = channel.size();
        if (size < section.end()) {
            channel.close();
            throw new IOException(file + " has " + size + " bytes instead of " + section.end());
        }
        return channel;
    }

    /** Copies a section, of any size. */
    public static void copyTo(Path file, Section section, List<ByteBuffer> pieces) throws IOException {
        try (FileChannel channel = open(file, section, StandardOpenOption.READ)) {
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
