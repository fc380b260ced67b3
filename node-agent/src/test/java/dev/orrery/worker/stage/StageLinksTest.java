package dev.orrery.worker.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.Failure;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.Farewell;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.tensor.Tensor;
import dev.orrery.tensor.Tensors;
import dev.orrery.testing.ScriptedStage;
import dev.orrery.testing.TestingPath;
import dev.orrery.testing.TestingWorlds;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a replica and its gateway tell each other of worlds and lives, and what ends a world or the link. */
@Timeout(120)
class StageLinksTest extends StageScenario {
    @Test
    void aBrokenWorldIsToldAndToldAgainToAGatewayThatComesBack() throws Exception {
        serve();
        network.breakWorld(OUT, "died");
        actor.onWorldEnded(OUT, WorldState.BROKEN, Optional.of(Failure.of("link", "died")));
        assertEquals(OUT, gateway.awaitNotice().getWorldBroken());
        send(1, "upper:a");
        assertEquals(
                "no ready world 2 leads on from here",
                gateway.awaitNotice().getRefused().getWhy());
        gateway.dropLink();
        await().until(() -> !actor.linked());
        awaitLinked();
        attached();
        assertEquals(OUT, gateway.awaitNotice().getWorldBroken());
    }

    @Test
    void whatWaitsOfAGatewayWhoseLinkEndedIsDropped() throws Exception {
        serve();
        send(1, "block:a");
        await().until(gate::hasQueuedThreads);
        send(2, "upper:b");
        gateway.dropLink();
        await().until(() -> !actor.linked());
        send(3, "upper:c");
        gate.release();
        assertEquals("1 a", receive());
        assertEquals("3 C", receive());
    }

    @Test
    void aWorldThatTheHeadTookAwayIsNotBroken() throws Exception {
        serve();
        actor.onWorldEnded(OUT, WorldState.CLOSED, Optional.empty());
        send(1, "upper:a");
        assertTrue(gateway.awaitNotice().hasRefused());
    }

    @Test
    void aGatewayThatIsNotDesiredLosesItsLink() throws Exception {
        serve();
        actor.onDesired(environment.desired().toBuilder().clearGateways().build());
        assertFalse(actor.linked());
        assertEquals(
                Farewell.getDefaultInstance(), gateway.awaitNotice().getFarewell(), "it follows none of its lives");
    }

    @Test
    void aGatewayWhoseNextLifeIsDesiredIsToldSo() throws Exception {
        serve();
        ActorLife next = GATEWAY.toBuilder().setIncarnation(2).build();
        actor.onDesired(environment.desired().toBuilder()
                .clearGateways()
                .addGateways(gateway.endpoint().toBuilder().setLife(next))
                .build());
        assertEquals(next, gateway.awaitNotice().getFarewell().getSuccessor());
    }

    @Test
    void aReplicaThatStopsSaysNoFarewell() throws Exception {
        serve();
        actor.stop().get(10, TimeUnit.SECONDS);
        gateway.awaitLinkLost();
        assertTrue(gateway.notices().isEmpty(), gateway.notices().toString());
    }

    @Test
    void anotherGatewayAtThatAddressIsNotTheOneThatWasMeant() throws Exception {
        gateway.answerAs(TestingWorlds.life("other"));
        start(ScriptedStage.class.getName());
        attached();
        // It asks again: what answered it was refused.
        attached();
        assertFalse(actor.linked());
        gateway.answerAs(GATEWAY);
        awaitLinked();
    }

    @Test
    void garbageEndsItsWorldOnly() throws Exception {
        serve();
        upstream.communicator().send(1, Tensor.ofFloats(new float[] {1}, 1));
        assertEquals(IN, gateway.awaitNotice().getWorldBroken());
        assertEquals(WorldState.CLOSED, upstream.state());
        assertEquals(WorldState.READY, downstream.state());
    }

    @Test
    void otherTensorsThanAnnouncedAreGarbage() throws Exception {
        serve();
        Tensors announced = Tensors.of("text", "upper:a");
        TestingPath.send(
                upstream,
                TestingPath.header(GATEWAY, 1, announced, IN, OUT),
                Tensors.of("text", Tensor.ofFloats(new float[] {1}, 1)));
        assertEquals(IN, gateway.awaitNotice().getWorldBroken());
    }
}
