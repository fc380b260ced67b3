package dev.orrery.internal.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.WorldRef;
import dev.orrery.error.BrokenWorldException;
import dev.orrery.error.DeadlineExceededException;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.internal.rpc.RpcLimits;
import dev.orrery.testing.TestingRpc;
import dev.orrery.world.Backend;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WorldFormingTest {
    private static final List<String> MEMBERS = List.of("7-1", "7-2");

    private final TestingRpc rpc = new TestingRpc(RpcLimits.defaults());
    private final TestingActorHead head = new TestingActorHead(rpc);
    private final ClusterClient client = ClusterClient.open(TestingRpc.SECRET, List.of(head.server.address()));
    private final WorldForming forming = new WorldForming(client, TestingRpc.LONG);

    @AfterEach
    void close() {
        client.close();
        rpc.close();
    }

    @Test
    void waitsUntilItIsReady() {
        head.worlds.add(TestingActorHead.world(WorldState.FORMING, ""));
        head.worlds.add(TestingActorHead.world(WorldState.READY, ""));
        WorldRef ring = forming.form("ring", MEMBERS, Backend.AUTO, TestingRpc.LONG);
        assertEquals(dev.orrery.WorldState.READY, ring.state());
        assertEquals(MEMBERS, head.formed.get(0).getActorsList());
        ring.close();
        assertEquals(List.of(101L), head.closed);
    }

    @Test
    void aChangeOfLeadersFormsItAnew() {
        head.worlds.add(TestingActorHead.world(WorldState.BROKEN, "NOT_LEADER"));
        head.worlds.add(TestingActorHead.world(WorldState.READY, ""));
        WorldRef ring = forming.form("ring", MEMBERS, Backend.HOST, TestingRpc.LONG);
        assertEquals(Long.toHexString(102), ring.id());
        assertNotEquals(head.formed.get(0).getOperation(), head.formed.get(1).getOperation());
    }

    @Test
    void whatDoesNotFormTellsWhyAndIsTakenAway() {
        head.worlds.add(TestingActorHead.world(WorldState.BROKEN, "signal"));
        BrokenWorldException broken = assertThrows(
                BrokenWorldException.class, () -> forming.form("ring", MEMBERS, Backend.HOST, TestingRpc.LONG));
        assertTrue(broken.getMessage().startsWith("signal: because"), broken.getMessage());
        assertEquals(List.of(101L), head.closed);
    }

    @Test
    void waitsNoLongerThanItMay() {
        head.worlds.add(TestingActorHead.world(WorldState.FORMING, ""));
        DeadlineExceededException late = assertThrows(
                DeadlineExceededException.class,
                () -> forming.form("ring", MEMBERS, Backend.HOST, Duration.ofMillis(100)));
        assertTrue(late.getMessage().contains("it is FORMING"), late.getMessage());
        assertEquals(List.of(101L), head.closed);
    }
}
