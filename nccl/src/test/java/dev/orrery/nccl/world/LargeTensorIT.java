package dev.orrery.nccl.world;

import static dev.orrery.nccl.world.TestingMember.form;
import static dev.orrery.nccl.world.TestingMember.get;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.nccl.World;
import dev.orrery.nccl.WorldOptions;
import dev.orrery.tensor.Tensor;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Needs twice its tensor's memory. */
@Tag("full")
@Timeout(300)
final class LargeTensorIT {
    @Test
    void aTensorOfMoreThanTwoToThe31BytesArrives() {
        long size = (1L << 31) + 4096;
        WorldOptions.Builder options = WorldOptions.builder().maxTensorBytes(1L << 33);
        try (TestingMember a = TestingMember.start(options);
                TestingMember b = TestingMember.start(options);
                Tensor large = TestingTensors.marked(size, 11)) {
            List<World> worlds = form(1, a, b);
            CompletableFuture<Void> send = worlds.get(0).communicator().send(1, large);
            try (Tensor received = worlds.get(1)
                    .communicator()
                    .receive(0)
                    .orTimeout(200, java.util.concurrent.TimeUnit.SECONDS)
                    .join()) {
                get(send);
                assertTrue(TestingTensors.isMarked(received, size, 11));
            }
        }
    }
}
