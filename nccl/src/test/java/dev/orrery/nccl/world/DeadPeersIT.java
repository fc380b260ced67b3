package dev.orrery.nccl.world;

import static dev.orrery.nccl.world.TestingMember.failure;
import static dev.orrery.nccl.world.TestingMember.get;
import static dev.orrery.nccl.world.TestingMember.pass;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.nccl.World;
import dev.orrery.nccl.WorldOptions;
import dev.orrery.nccl.world.EachCarrier.Carrier;
import dev.orrery.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A device that hangs in the operations of two worlds at once, because the peers of both are dead. */
@Timeout(120)
final class DeadPeersIT {
    private static final Logger log = LoggerFactory.getLogger(DeadPeersIT.class);
    private static final int LARGE = 64 << 20;

    @BeforeEach
    void needsTheEmulation() {
        TestingGpus.require();
        TestingFaults.clear();
    }

    @AfterEach
    void giveBack() {
        TestingFaults.clear();
        TestingGpus.giveAllBack();
    }

    private static List<CompletableFuture<?>> begin(World world, TestingWorldProcess peer) throws Exception {
        peer.tell("send " + world.id() + " " + LARGE);
        Tensor large = TestingTensors.marked(LARGE, 1);
        return List.of(
                world.communicator().send(1, large).whenComplete((done, failure) -> large.close()),
                world.communicator().receive(1),
                world.communicator().receive(1));
    }

    /** @param millis within which all has to have failed */
    @ParameterizedTest
    @CsvSource({"KILL, 1000", "STOP, 3000"})
    void bothWorldsFailWithinTheBound(String how, long millis) throws Exception {
        try (TestingMember self = TestingMember.start(WorldOptions.builder().gpu(TestingGpus.take()));
                TestingMember neighbour =
                        TestingMember.start(WorldOptions.builder().gpu(TestingGpus.take()));
                TestingWorldProcess one = TestingWorldProcess.start(Carrier.NCCL);
                TestingWorldProcess other = TestingWorldProcess.start(Carrier.NCCL)) {
            List<World> healthy = TestingMember.form(3, self, neighbour);
            List<World> dying = List.of(one.form(1, self), other.form(2, self));
            long inUse = TestingGpus.bytesInUse();
            // From now on an operation with their devices only ends when it is given up.
            TestingFaults.set("SILENT_PEER@" + one.device() + "=0", "SILENT_PEER@" + other.device() + "=0");
            List<CompletableFuture<?>> pending = new ArrayList<>(begin(dying.get(0), one));
            pending.addAll(begin(dying.get(1), other));
            try (TestingTraffic third = TestingTraffic.start(healthy)) {
                // Meanwhile they come into the streams, where nothing moves.
                assertTrue(third.perSecond() > 0, "a world of the same device stands still");
                end(how, one, other);
                long took = awaitEnd(self, dying, pending);
                log.info("{} of the peers of two worlds: all failed after {} ms", how, took);
                assertTrue(took <= millis, "failed only after " + took + " ms");
                assertTrue(third.perSecond() > 0, "a world of the same device stands still");
            }
            assertTrue(self.stuck().isEmpty(), self.stuck()::toString);
            for (World world : dying) {
                get(self.worlds().leave(world.id()));
            }
            assertEquals(inUse, TestingGpus.bytesInUse());
            TestingFaults.clear();
            List<World> fresh = TestingMember.form(4, self, neighbour);
            try (Tensor received = pass(fresh.get(0), fresh.get(1), TestingTensors.marked(LARGE, 8))) {
                assertTrue(TestingTensors.isMarked(received, LARGE, 8));
            }
        }
    }

    private static void end(String how, TestingWorldProcess... peers) throws Exception {
        for (TestingWorldProcess peer : peers) {
            peer.signal(how);
        }
    }

    /** Returns how long it took, in milliseconds. */
    private static long awaitEnd(TestingMember self, List<World> dying, List<CompletableFuture<?>> pending)
            throws Exception {
        long start = System.nanoTime();
        for (World world : dying) {
            self.await(world.id(), WorldState.BROKEN);
        }
        for (CompletableFuture<?> each : pending) {
            assertEquals(ErrorCode.BROKEN_WORLD, failure(each).code());
        }
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    /** NCCL reports a dead peer of another host, if it does, and the operation hangs all the same. */
    @ParameterizedTest
    @CsvSource({"KILL, 1000", "STOP, 3000"})
    void aDeadPeerOfAnotherHostIsSeenWithinTheBound(String how, long millis) throws Exception {
        try (TestingMember self = TestingMember.start(WorldOptions.builder().gpu(TestingGpus.take()));
                TestingWorldProcess peer = TestingWorldProcess.start(Carrier.NCCL)) {
            String otherHost = "HOST_ID@" + peer.device() + "=other";
            TestingFaults.set(otherHost);
            World world = peer.form(1, self);
            TestingFaults.set(otherHost, "SILENT_PEER@" + peer.device() + "=0");
            List<CompletableFuture<?>> pending = begin(world, peer);
            TimeUnit.MILLISECONDS.sleep(300);
            pending.forEach(each -> assertFalse(each.isDone(), "it does not hang"));
            end(how, peer);
            long took = awaitEnd(self, List.of(world), pending);
            assertTrue(took <= millis, "failed only after " + took + " ms");
            Failure cause = self.await(1, WorldState.BROKEN).cause().orElseThrow();
            assertTrue(List.of("link", "closed", "nccl").contains(cause.kind()), cause::toString);
            log.info("{} of a peer of another host: after {} ms, {}", how, took, cause);
            get(self.worlds().leave(1));
            assertTrue(self.stuck().isEmpty(), self.stuck()::toString);
        }
    }
}
