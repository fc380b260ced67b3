package dev.orrery.nccl.world;

import static dev.orrery.nccl.world.TestingMember.form;
import static dev.orrery.nccl.world.TestingMember.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.orrery.error.ErrorCode;
import dev.orrery.internal.memory.MemoryPool;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.nccl.World;
import dev.orrery.tensor.Tensor;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

@Timeout(120)
final class WorldReleaseTest extends EachCarrier {
    private static final int INODE_COLUMN = 9;

    private static Set<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .map(Thread::getName)
                .filter(name -> name.startsWith("orrery-worlds-"))
                .collect(Collectors.toSet());
    }

    /** Open TCP sockets and what event loops are made of. The JVM opens other descriptors whenever it likes. */
    private static List<String> descriptors() throws UncheckedIOException {
        Set<String> tcp = new HashSet<>();
        List<String> targets = new ArrayList<>();
        try {
            for (String table : List.of("/proc/self/net/tcp", "/proc/self/net/tcp6")) {
                for (String line : Files.readAllLines(Path.of(table))) {
                    tcp.add("socket:[" + line.trim().split("\\s+", -1)[INODE_COLUMN] + "]");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (File descriptor : new File("/proc/self/fd").listFiles()) {
            try {
                String target = Files.readSymbolicLink(descriptor.toPath()).toString();
                if (tcp.contains(target) || target.startsWith("anon_inode")) {
                    targets.add(target);
                }
            } catch (IOException e) {
                // It was closed meanwhile: not counted.
            }
        }
        return targets;
    }

    private static void until(Supplier<String> what, BooleanSupplier holds) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TestingMember.DEADLINE_SECONDS);
        while (!holds.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, () -> "not so: " + what.get());
            Thread.sleep(10);
        }
    }

    private void useAndBreak(int ids) throws Exception {
        TestingMember a = start();
        TestingMember b = start();
        List<CompletableFuture<?>> pending = new ArrayList<>();
        for (long id = 1; id <= ids; id++) {
            List<World> worlds = form(id, a, b);
            for (int i = 0; i < 10; i++) {
                Tensor small = TestingTensors.number(i);
                pending.add(worlds.get(0).communicator().send(1, small).whenComplete((done, failure) -> small.close()));
                Tensor large = TestingTensors.marked(1 << 20, i);
                pending.add(worlds.get(1).communicator().send(0, large).whenComplete((done, failure) -> large.close()));
            }
            get(worlds.get(1).communicator().receive(0)).close();
            get(worlds.get(0).communicator().receive(1)).close();
            for (int i = 0; i < 3; i++) {
                pending.add(worlds.get(0).communicator().receive(1).thenAccept(Tensor::close));
            }
            if (id % 3 == 0) {
                get(a.worlds().leave(id));
                b.await(id, WorldState.CLOSED);
            }
            if (id % 6 == 0) {
                get(b.worlds().leave(id));
            }
        }
        b.end();
        a.end();
        for (CompletableFuture<?> each : pending) {
            until(() -> "every operation ended", each::isDone);
        }
    }

    @Test
    void nothingIsLeftBehind() throws Exception {
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        Logger leaks = (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);
        leaks.addAppender(lines);
        // Loads classes and opens what stays open for good.
        useAndBreak(2);
        System.gc();
        until(() -> "the threads of the first use ended: " + threads(), () -> threads()
                .isEmpty());
        List<String> descriptors = descriptors();
        long blocks = MemoryPool.shared().blocksInUse();
        for (int round = 0; round < 3; round++) {
            useAndBreak(12);
        }
        until(() -> "all threads ended: " + threads(), () -> threads().isEmpty());
        until(
                () -> "the tensors' memory is back: " + blocks + ", and now "
                        + MemoryPool.shared().blocksInUse(),
                () -> MemoryPool.shared().blocksInUse() <= blocks);
        until(
                () -> "descriptors are closed: " + descriptors + ", and now " + descriptors(),
                () -> descriptors().size() <= descriptors.size());
        for (int i = 0; i < 3; i++) {
            System.gc();
            PooledByteBufAllocator.DEFAULT.directBuffer().release();
        }
        leaks.detachAppender(lines);
        assertEquals(
                List.of(),
                lines.list.stream()
                        .filter(line -> line.getLevel().isGreaterOrEqual(Level.ERROR))
                        .map(ILoggingEvent::getFormattedMessage)
                        .toList());
    }

    @Test
    void afterTheEndEverythingFailsAtOnceAndClosingAgainIsFine() {
        TestingMember a = start();
        TestingMember b = start();
        List<World> worlds = form(1, a, b);
        a.end();
        a.end();
        assertEquals(
                ErrorCode.BROKEN_WORLD,
                TestingMember.failure(worlds.get(0).communicator().receive(1)).code());
        assertEquals(
                ErrorCode.BROKEN_WORLD,
                TestingMember.failure(worlds.get(0).communicator().send(1, TestingTensors.number(1)))
                        .code());
        assertEquals(
                ErrorCode.UNAVAILABLE,
                TestingMember.failure(a.join(TestingMember.spec(2, b, b), 0)).code());
        get(a.worlds().leave(1));
        b.end();
    }
}
