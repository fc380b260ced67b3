package dev.orrery.gateway.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoutingTest {
    private final CoreFixture gateway = CoreFixture.withStages("a", "b");

    @Test
    void aRequestTravelsOverOneReplicaOfEachStage() {
        Life a = gateway.add("a", 1, 8);
        Life b = gateway.add("b", 1, 8);
        gateway.submit("x");
        assertEquals(
                List.of(
                        gateway.worldBetween(CoreFixture.GATEWAY, a),
                        gateway.worldBetween(a, b),
                        gateway.worldBetween(b, CoreFixture.GATEWAY)),
                gateway.lastSend().path());
    }

    @Test
    void nothingIsSentBeforeAllOfTableLinkAndWorldsAgree() {
        Life a = new Life("a-1", 1);
        Life b = gateway.add("b", 1, 8);
        gateway.submit("x");
        gateway.enlist(a, "a", 8);
        gateway.edges.put(101L, new RoutingSnapshot.Edge(101, CoreFixture.GATEWAY, a));
        gateway.edges.put(102L, new RoutingSnapshot.Edge(102, a, b));
        gateway.publish();
        gateway.attach(a);
        assertEquals(0, gateway.sends.size(), "its own world is not READY");
        gateway.apply(gateway.core.ownWorldReady(101, gateway.now));
        assertEquals(1, gateway.sends.size());
        assertEquals("a-1", gateway.lastEvent("REPLICA_ADDED").getReplica());
    }

    @Test
    void aLinkedReplicaThatTheTableDoesNotNameIsNotUsed() {
        gateway.add("b", 1, 8);
        Life a = new Life("a-1", 1);
        gateway.attach(a);
        gateway.edge(CoreFixture.GATEWAY, a);
        gateway.submit("x");
        assertEquals(0, gateway.sends.size());
    }

    @Test
    void anotherIncarnationDoesNotStandInForTheOneInTheTable() {
        Life a = gateway.add("a", 1, 8);
        gateway.add("b", 1, 8);
        gateway.apply(gateway.core.linkLost(a, 1, "closed", gateway.now));
        gateway.attach(new Life("a-1", 2));
        gateway.submit("x");
        assertEquals(0, gateway.sends.size());
    }

    @Test
    void anOlderTableIsIgnored() {
        Life a = gateway.add("a", 1, 8);
        gateway.add("b", 1, 8);
        RoutingSnapshot old = gateway.table(1, gateway.version() - 1);
        gateway.replicas.remove(a);
        gateway.publish();
        int reports = gateway.reports;
        gateway.apply(gateway.core.routing(old, gateway.now));
        assertEquals(reports, gateway.reports);
        assertEquals(gateway.version(), gateway.core.report().getRoutingVersion());
        gateway.submit("x");
        assertEquals(0, gateway.sends.size());
    }

    @Test
    void aNewEpochBeginsItsVersionsAnew() {
        gateway.add("a", 1, 8);
        gateway.apply(gateway.core.routing(gateway.table(2, 1), gateway.now));
        assertEquals(2, gateway.core.report().getRoutingEpoch());
        assertEquals(1, gateway.core.report().getRoutingVersion());
        gateway.publish();
        assertEquals(2, gateway.core.report().getRoutingEpoch(), "epoch 1 is over, whatever its version");
    }

    @Test
    void aBrokenEdgeNeverComesBack() {
        Life a = gateway.add("a", 1, 8);
        Life b = gateway.add("b", 1, 8);
        long world = gateway.worldBetween(a, b);
        gateway.apply(gateway.core.worldBroken(a, world, gateway.now));
        assertEquals(world, gateway.lastEvent("EDGE_REMOVED").getWorld());
        gateway.publish();
        gateway.submit("x");
        assertEquals(0, gateway.sends.size());
        gateway.edge(a, b);
        gateway.publish();
        assertEquals(1, gateway.sends.size());
    }

    @Test
    void anOwnWorldThatEndedDoesNotBecomeReadyAgain() {
        Life a = gateway.add("a", 1, 8);
        gateway.add("b", 1, 8);
        long world = gateway.worldBetween(CoreFixture.GATEWAY, a);
        gateway.apply(gateway.core.ownWorldEnded(world, "BROKEN", gateway.now));
        gateway.apply(gateway.core.ownWorldReady(world, gateway.now));
        gateway.submit("x");
        assertEquals(0, gateway.sends.size());
    }

    @Test
    void onlyAMemberCanSayThatAWorldBroke() {
        Life a = gateway.add("a", 1, 8);
        Life b = gateway.add("b", 1, 8);
        Life other = gateway.add("b", 2, 8);
        gateway.apply(gateway.core.worldBroken(other, gateway.worldBetween(a, b), gateway.now));
        assertTrue(gateway.events.stream().noneMatch(event -> event.getKind().equals("EDGE_REMOVED")));
    }

    @Test
    void aWorldReportedBrokenBeforeTheTableNamesItIsNeverUsed() {
        gateway.add("a", 1, 8);
        Life b = gateway.add("b", 1, 8);
        long early =
                gateway.edges.keySet().stream().mapToLong(Long::longValue).max().orElseThrow() + 2;
        gateway.apply(gateway.core.worldBroken(b, early, gateway.now));
        Life second = gateway.add("a", 2, 8);
        assertEquals(early, gateway.worldBetween(second, b));
        assertEquals(0, gateway.replica(second).getEdgesOut());
    }

    @Test
    void theSameLifeComesBackByAttachingAgain() {
        Life a = gateway.add("a", 1, 8);
        gateway.add("b", 1, 8);
        gateway.apply(gateway.core.linkLost(a, 1, "silent for 2000 ms", gateway.now));
        assertEquals(
                "control link lost: silent for 2000 ms",
                gateway.lastEvent("REPLICA_REMOVED").getWhy());
        gateway.submit("x");
        assertEquals(0, gateway.sends.size());
        gateway.attach(a);
        assertEquals(1, gateway.sends.size());
    }

    @Test
    void theEndOfAnOlderLinkDoesNotHurtTheNewOne() {
        Life a = gateway.add("a", 1, 8);
        gateway.add("b", 1, 8);
        long second = gateway.attach(a);
        gateway.apply(gateway.core.linkLost(a, second - 2, "closed", gateway.now));
        gateway.submit("x");
        assertEquals(1, gateway.sends.size());
    }

    @Test
    void noPathLeadsIntoADeadEnd() {
        Life whole = gateway.add("a", 1, 8);
        Life b = gateway.add("b", 1, 8);
        Life deadEnd = gateway.add("a", 2, 8);
        gateway.apply(gateway.core.worldBroken(deadEnd, gateway.worldBetween(deadEnd, b), gateway.now));
        for (int i = 0; i < 8; i++) {
            gateway.submit("x" + i);
            assertEquals(
                    gateway.worldBetween(CoreFixture.GATEWAY, whole),
                    gateway.lastSend().path().get(0));
        }
    }

    @Test
    void eventsAreNumberedAndTheLastThousandAreKept() {
        for (int i = 0; i < 1_100; i++) {
            gateway.publish();
        }
        assertEquals(1_000, gateway.core.status(0).getEventsCount());
        assertEquals(1_100, gateway.core.status(1_099).getEvents(0).getNumber());
        assertEquals(gateway.now, gateway.lastEvent("ROUTING_ADOPTED").getMonotonicNanos());
        gateway.after(Duration.ofMillis(1));
        assertEquals(1, gateway.core.status(1_099).getEventsCount());
    }
}
