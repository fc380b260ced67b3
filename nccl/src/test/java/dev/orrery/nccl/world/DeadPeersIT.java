package dev.orrery.nccl.world;

import static dev.orrery.nccl.world.TestingMember.failure;
import static dev.orrery.nccl.world.TestingMember.pass;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
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
            // From now on an operation of this member's device only ends when it is given up.
            TestingFaults.set("SILENT_PEER=0");
            List<CompletableFuture<?>> pending = new ArrayList<>(begin(dying.get(0), one));
            pending.addAll(begin(dying.get(1), other));
            // Until they are in the streams, where nothing moves.
            TimeUnit.MILLISECONDS.sleep(300);
            long start = System.nanoTime();
            for (TestingWorldProcess peer : List.of(one, other)) {
                peer.signal(how);
            }
            for (World world : dying) {
                self.await(world.id(), WorldState.BROKEN);
            }
            for (CompletableFuture<?> each : pending) {
                assertEquals(ErrorCode.BROKEN_WORLD, failure(each).code());
            }
            long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            log.info("{} of the peers of two worlds: all failed after {} ms", how, took);
            assertTrue(took <= millis, "failed only after " + took + " ms");
            assertTrue(self.stuck().isEmpty(), self.stuck()::toString);
            TestingFaults.clear();
            assertEquals(8, TestingTensors.number(pass(healthy.get(0), healthy.get(1), TestingTensors.number(8))));
        }
    }
}
