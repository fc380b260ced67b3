package dev.orrery.nccl.world;

import static dev.orrery.nccl.world.TestingMember.failure;
import static dev.orrery.nccl.world.TestingMember.form;
import static dev.orrery.nccl.world.TestingMember.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.nccl.HostOptions;
import dev.orrery.nccl.World;
import dev.orrery.nccl.WorldOptions;
import dev.orrery.tensor.Tensor;
import dev.orrery.world.Transport;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Real processes, and the bounds for the time in which their death is seen. */
@Timeout(180)
final class WorldProcessIT {
    private static final Logger log = LoggerFactory.getLogger(WorldProcessIT.class);
    private static final long DEATH_MILLIS = 500;
    private static final long SILENCE_MILLIS = 3_000;

    private static int echo(World world, int value) {
        get(world.communicator().send(1, TestingTensors.number(value)));
        return TestingTensors.number(get(world.communicator().receive(1)));
    }

    private static long millisSince(long start) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    @Test
    void aProcessWithoutTheNativeLibraryTakesPartOverTcpAndUnixSockets() throws Exception {
        for (Transport transport : List.of(Transport.TCP, Transport.UNIX_SOCKET)) {
            WorldOptions.Builder only =
                    WorldOptions.builder().host(HostOptions.defaults().withTransport(transport));
            long size = 8 << 20;
            try (TestingMember self = TestingMember.start(only);
                    TestingWorldProcess child = TestingWorldProcess.startWith("-Dio.netty.transport.noNative=true");
                    Tensor large = TestingTensors.marked(size, 3)) {
                child.awaitLineWith("the native library for epoll cannot be used");
                World world = child.form(1, self);
                assertEquals(transport, world.transport(1));
                assertEquals(7, echo(world, 7));
                CompletableFuture<Void> sent = world.communicator().send(1, large);
                try (Tensor back = get(world.communicator().receive(1))) {
                    assertTrue(TestingTensors.isMarked(back, size, 3));
                }
                get(sent);
            }
        }
    }

    @Test
    void aKilledProcessBreaksItsWorldsAtOnceAndNoOthers() throws Exception {
        try (TestingMember self = TestingMember.start();
                TestingMember neighbour = TestingMember.start()) {
            List<World> other = form(100, self, neighbour);
            for (int round = 0; round < 3; round++) {
                try (TestingWorldProcess child = TestingWorldProcess.start()) {
                    World first = child.form(10 * round + 1, self);
                    World second = child.form(10 * round + 2, self);
                    assertEquals(round, echo(first, round));
                    CompletableFuture<Tensor> receive = first.communicator().receive(1);
                    CompletableFuture<Void> send =
                            second.communicator().send(1, TestingTensors.marked(256 << 20, round));
                    long start = System.nanoTime();
                    child.kill();
                    self.await(first.id(), WorldState.BROKEN);
                    self.await(second.id(), WorldState.BROKEN);
                    long took = millisSince(start);
                    log.info("kill -9 was seen after {} ms", took);
                    assertTrue(took <= DEATH_MILLIS, "seen only after " + took + " ms");
                    assertEquals(ErrorCode.BROKEN_WORLD, failure(receive).code());
                    assertTrue(send.isDone() || failure(send).code() == ErrorCode.BROKEN_WORLD);
                }
            }
            assertEquals(WorldState.READY, other.get(0).state());
        }
    }

    @Test
    void aFrozenProcessBreaksItsWorldsWithinTheSilenceLimit() throws Exception {
        try (TestingMember self = TestingMember.start();
                TestingWorldProcess child = TestingWorldProcess.start()) {
            World world = child.form(1, self);
            assertEquals(7, echo(world, 7));
            long start = System.nanoTime();
            child.signal("STOP");
            TestingMember.Told broken = self.await(1, WorldState.BROKEN);
            long took = millisSince(start);
            log.info("kill -STOP was seen after {} ms: {}", took, broken.cause());
            assertTrue(took <= SILENCE_MILLIS, "seen only after " + took + " ms");
            assertTrue(broken.cause().orElseThrow().message().contains("nothing was heard"), broken.toString());
            child.signal("CONT");
            child.awaitLine("BROKEN 1");
            assertEquals(8, echo(child.form(2, self), 8));
        }
    }

    @Test
    void aShortPauseBreaksNothing() throws Exception {
        try (TestingMember self = TestingMember.start();
                TestingWorldProcess child = TestingWorldProcess.start()) {
            World world = child.form(1, self);
            child.signal("STOP");
            Thread.sleep(1_000);
            child.signal("CONT");
            assertEquals(9, echo(world, 9));
            get(self.worlds().leave(1));
            child.awaitLine("CLOSED 1");
        }
    }
}
