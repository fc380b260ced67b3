package dev.orrery.nccl.world;

import dev.orrery.internal.memory.MemoryPool;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What worlds hold in this process.
 *
 * @param sockets open ones
 * @param threads those of worlds, but for those that form them or call NCCL, which end when they were idle for some time
 * @param tensorBytes of the pool
 * @param mappings of rings
 * @param files names in the folder where members meet
 */
record TestingResources(long sockets, long threads, long tensorBytes, long mappings, long files) {
    private static final int SETTLE_SECONDS = 10;
    private static final int SETTLED_AFTER = 10;

    static TestingResources now() throws IOException {
        return new TestingResources(
                openSockets(),
                Thread.getAllStackTraces().keySet().stream()
                        .map(Thread::getName)
                        .filter(name -> name.startsWith("orrery-worlds-")
                                && !name.startsWith("orrery-worlds-forming")
                                && !name.startsWith("orrery-worlds-nccl"))
                        .count(),
                MemoryPool.shared().bytesInUse(),
                ringMappings(),
                ringFiles());
    }

    /** When it does not change any more. */
    static TestingResources settled() throws IOException, InterruptedException {
        TestingResources last = now();
        for (int same = 0; same < SETTLED_AFTER; ) {
            Thread.sleep(20);
            TestingResources now = now();
            same = now.equals(last) ? same + 1 : 0;
            last = now;
        }
        return last;
    }

    private static long openSockets() throws IOException {
        long count = 0;
        for (String descriptor : new File("/proc/self/fd").list()) {
            try {
                Path target = Files.readSymbolicLink(Path.of("/proc/self/fd", descriptor));
                count += target.toString().startsWith("socket:") ? 1 : 0;
            } catch (NoSuchFileException e) {
                // It is closed by now, as the one that listed them is.
            }
        }
        return count;
    }

    static long ringMappings() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.filter(line -> line.contains("/orrery-") && line.contains(".ring"))
                    .count();
        }
    }

    static long ringFiles() throws IOException {
        return filesOf(ProcessHandle.current().pid());
    }

    /** What a process made there, and nobody removed. */
    static long filesOf(long pid) throws IOException {
        String own = "orrery-" + pid + "-";
        try (Stream<Path> files = Files.list(Path.of("/dev/shm"))) {
            return files.filter(file -> file.getFileName().toString().startsWith(own))
                    .count();
        }
    }

    /** What was given back may take a moment to be gone. */
    void awaitAgain() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SETTLE_SECONDS);
        TestingResources now = now();
        while (!now.equals(this) && System.nanoTime() < deadline) {
            Thread.sleep(20);
            now = now();
        }
        if (!now.equals(this)) {
            throw new AssertionError("held before: " + this + ", and now: " + now);
        }
    }
}
