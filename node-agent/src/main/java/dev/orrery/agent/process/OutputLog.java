package dev.orrery.agent.process;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** The file that a worker's output is appended to. */
public record OutputLog(Path file) {
    private static final int TAIL_BYTES = 4_096;
    private static final int TAIL_LINES = 20;

    /**
     * Moves what was written to {@code output.log.1} when there is more than {@code limit}. The worker notices nothing: it
     * appends, now at the start. What it writes between copy and cut is lost.
     */
    public boolean limitTo(long limit) throws IOException {
        try {
            if (Files.size(file) <= limit) {
                return false;
            }
        } catch (NoSuchFileException e) {
            return false;
        }
        Path copy = file.resolveSibling(file.getFileName() + ".1.new");
        Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(0);
        }
        Files.move(
                copy,
                file.resolveSibling(file.getFileName() + ".1"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        return true;
    }

    /** The last lines, for an error message; empty when there are none. */
    public String tail() {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(size, TAIL_BYTES));
            long at = size - bytes.capacity();
            while (bytes.hasRemaining()) {
                int read = channel.read(bytes, at + bytes.position());
                if (read < 0) {
                    break;
                }
            }
            String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
            List<String> lines = text.lines().toList();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
        } catch (IOException e) {
            return "";
        }
    }
}
