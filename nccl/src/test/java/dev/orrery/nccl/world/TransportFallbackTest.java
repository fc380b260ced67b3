package dev.orrery.nccl.world;

import static dev.orrery.nccl.world.TestingMember.form;
import static dev.orrery.nccl.world.TestingMember.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.orrery.error.Failure;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.nccl.HostOptions;
import dev.orrery.nccl.World;
import dev.orrery.nccl.WorldOptions;
import dev.orrery.tensor.Tensor;
import dev.orrery.world.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What carries the messages between two members on one host when memory cannot be shared. */
@Timeout(120)
final class TransportFallbackTest {
    private final Logger logger = (Logger) LoggerFactory.getLogger("dev.orrery.nccl.host");
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private Path sockets;

    @TempDir
    private Path folder;

    @BeforeEach
    void listen() throws IOException {
        lines.start();
        logger.addAppender(lines);
        sockets = Files.createDirectory(folder.resolve("s"));
    }

    @AfterEach
    void restore() {
        logger.detachAppender(lines);
    }

    private static TestingMember start(HostOptions options) {
        return TestingMember.start(WorldOptions.builder().host(options));
    }

    private HostOptions in(Path folder) {
        return defaults().withFolder(folder);
    }

    private HostOptions defaults() {
        return HostOptions.defaults().withSocketFolder(sockets);
    }

    private List<String> warnings() {
        return List.copyOf(lines.list).stream()
                .filter(line -> line.getLevel().isGreaterOrEqual(Level.WARN))
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    private static void carries(Transport expected, TestingMember a, TestingMember b) {
        List<World> worlds = form(1, a, b);
        assertEquals(expected, worlds.get(0).transport(1));
        assertEquals(expected, worlds.get(1).transport(0));
        long size = 3 << 20;
        try (Tensor sent = TestingTensors.marked(size, 5)) {
            for (int from = 0; from < 2; from++) {
                CompletableFuture<Void> done = worlds.get(from).communicator().send(1 - from, sent);
                try (Tensor received = get(worlds.get(1 - from).communicator().receive(from))) {
                    assertTrue(TestingTensors.isMarked(received, size, 5));
                }
                get(done);
            }
        }
    }

    private void saysTheSocket(String why) {
        assertEquals(2, warnings().size(), warnings().toString());
        for (String line : warnings()) {
            assertTrue(line.contains("no shared memory, so a Unix domain socket"), line);
            assertTrue(line.contains(why), line);
        }
    }

    private void leftNoNames() throws IOException {
        try (Stream<Path> left = Files.list(sockets)) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void aSocketCarriesWhatMemoryCannotAndTheLogSaysWhy() throws IOException {
        Path missing = folder.resolve("no");
        try (TestingMember a = start(in(missing));
                TestingMember b = start(in(missing))) {
            carries(Transport.UNIX_SOCKET, a, b);
            saysTheSocket(missing.toString());
        }
        leftNoNames();
    }

    @Test
    void aFullFileSystemIsNoFault() throws IOException, InterruptedException {
        Path full = Files.createDirectory(folder.resolve("full"));
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", full.toString()), "needs root, to mount");
        try (TestingMember a = start(in(full));
                TestingMember b = start(in(full))) {
            carries(Transport.UNIX_SOCKET, a, b);
            saysTheSocket("bytes of shared memory in " + full);
            assertTrue(warnings().get(0).contains("remount"), warnings().get(0));
        } finally {
            assertTrue(run("umount", full.toString()));
        }
        leftNoNames();
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void withoutASocketTooTheConnectionItselfCarries() {
        Path missing = folder.resolve("no");
        sockets = folder.resolve("gone");
        try (TestingMember a = start(in(missing));
                TestingMember b = start(in(missing))) {
            carries(Transport.TCP, a, b);
            assertEquals(2, warnings().size(), warnings().toString());
            for (String line : warnings()) {
                assertTrue(line.contains("no shared memory, so TCP"), line);
                assertTrue(line.contains("nor a Unix domain socket"), line);
                assertTrue(line.contains(folder.resolve("gone").toString()), line);
            }
        }
    }

    @Test
    void oneSideCanForceTheSocket() throws IOException {
        try (TestingMember a = start(defaults());
                TestingMember b = start(defaults().withTransport(Transport.UNIX_SOCKET))) {
            carries(Transport.UNIX_SOCKET, a, b);
        }
        try (TestingMember a = start(defaults().withTransport(Transport.UNIX_SOCKET));
                TestingMember b = start(defaults())) {
            carries(Transport.UNIX_SOCKET, a, b);
        }
        leftNoNames();
    }

    @Test
    void whoAllowsOnlySharedMemoryGetsNothingElse() throws InterruptedException {
        Path missing = folder.resolve("no");
        try (TestingMember a = start(in(missing).withTransport(Transport.SHARED_MEMORY));
                TestingMember b = start(in(missing).withTransport(Transport.SHARED_MEMORY))) {
            var spec = TestingMember.spec(1, a, b);
            a.join(spec, 0).exceptionally(failure -> null);
            b.join(spec, 1).exceptionally(failure -> null);
            Failure cause = b.await(1, WorldState.BROKEN).cause().orElseThrow();
            assertTrue(cause.message().contains("only SHARED_MEMORY may be used"), cause.toString());
            assertTrue(cause.message().contains(missing.toString()), cause.toString());
        }
    }
}
