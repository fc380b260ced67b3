package dev.orrery.nccl.world;

import static dev.orrery.nccl.world.TestingMember.failure;
import static dev.orrery.nccl.world.TestingMember.form;
import static dev.orrery.nccl.world.TestingMember.get;
import static dev.orrery.nccl.world.TestingMember.pass;
import static dev.orrery.nccl.world.TestingMember.spec;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.nccl.World;
import dev.orrery.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class WorldIsolationTest extends EachCarrier {
    @Test
    void aStuckReceiverDelaysNoOtherWorld() {
        try (TestingMember a = start();
                TestingMember b = start()) {
            List<World> stuck = form(1, a, b);
            List<World> free = form(2, a, b);
            List<CompletableFuture<Void>> waiting = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                waiting.add(stuck.get(0).communicator().send(1, TestingTensors.marked(32 << 10, i)));
            }
            waiting.add(stuck.get(0).communicator().send(1, TestingTensors.marked(4 << 20, 1)));
            for (int i = 0; i < 300; i++) {
                assertEquals(i, TestingTensors.number(pass(free.get(0), free.get(1), TestingTensors.number(i))));
            }
            Tensor large = pass(free.get(1), free.get(0), TestingTensors.marked(8 << 20, 5));
            assertTrue(TestingTensors.isMarked(large, 8 << 20, 5));
            assertFalse(waiting.get(200).isDone());
            assertEquals(WorldState.READY, stuck.get(0).state());
        }
    }

    @Test
    void aWorldThatCannotFormDelaysNoOther() {
        try (TestingMember a = start();
                TestingMember b = start();
                TestingMember c = start()) {
            WorldSpec waits = spec(1, c, a, b);
            CompletableFuture<World> forming = a.join(waits, 1);
            for (long id = 2; id < 22; id++) {
                List<World> worlds = form(id, b, a);
                pass(worlds.get(0), worlds.get(1), TestingTensors.number(1)).close();
            }
            assertFalse(forming.isDone());
            CompletableFuture<World> second = b.join(waits, 2);
            CompletableFuture<World> third = c.join(waits, 0);
            get(forming);
            get(second);
            get(third);
        }
    }

    @Test
    void twoHundredWorldsBetweenTwoProcessesShareOneLink() throws Exception {
        try (TestingMember a = start();
                TestingMember b = start();
                TestingProxy toA = new TestingProxy(a.address());
                TestingProxy toB = new TestingProxy(b.address())) {
            List<CompletableFuture<World>> joins = new ArrayList<>();
            for (long id = 1; id <= 200; id++) {
                boolean swapped = id % 2 == 0;
                WorldSpec spec = spec(
                        id, swapped ? List.of(toB.address(), toA.address()) : List.of(toA.address(), toB.address()));
                joins.add(a.join(spec, swapped ? 1 : 0));
                joins.add(b.join(spec, swapped ? 0 : 1));
            }
            joins.forEach(TestingMember::get);
            assertEquals(1, get(a.worlds().linkCount()));
            assertEquals(1, get(b.worlds().linkCount()));
            for (int i = 0; i < 400; i += 2) {
                World one = get(joins.get(i));
                World other = get(joins.get(i + 1));
                assertEquals(i, TestingTensors.number(pass(one, other, TestingTensors.number(i))));
            }
            b.end();
            for (long id = 1; id <= 200; id++) {
                a.await(id, WorldState.BROKEN);
            }
            // The worlds hear of it before the link itself has closed.
            while (get(a.worlds().linkCount()) > 0) {
                Thread.onSpinWait();
            }
            assertEquals(
                    ErrorCode.BROKEN_WORLD,
                    failure(get(joins.get(0)).communicator().receive(1)).code());
        }
    }
}
