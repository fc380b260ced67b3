package dev.orrery.gateway.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class DrainTest {
    private final CoreFixture gateway = CoreFixture.withStages("a");
    private final Life a1 = gateway.add("a", 1, 8);

    private List<Life> leaving() {
        return gateway.core.report().getLeavingList().stream()
                .map(load -> Life.of(load.getLife()))
                .toList();
    }

    @Test
    void aReplicaThatLeavesFinishesWhatItHasAndGetsNothingNew() {
        gateway.submit("x");
        Effect.Send send = gateway.lastSend();
        gateway.retire(a1);
        assertEquals(List.of(a1), leaving());
        assertEquals(1, gateway.core.report().getLeaving(0).getInFlight());
        assertEquals(gateway.version(), gateway.core.report().getRoutingVersion());
        gateway.submit("y");
        assertEquals(1, gateway.sends.size());
        int reports = gateway.reports;
        gateway.answer(send);
        assertEquals(List.of(), leaving());
        assertEquals(reports + 1, gateway.reports, "the head is told that it is empty");
        assertEquals(0, gateway.core.status(0).getReplayed());
    }

    @Test
    void anIdleReplicaLeavesAtOnce() {
        gateway.retire(a1);
        assertEquals(List.of(), leaving());
        assertEquals("REPLICA_REMOVED", gateway.lastEvent("REPLICA_REMOVED").getKind());
    }

    @Test
    void afterTheDrainDeadlineTheRestIsReplayedElsewhere() {
        gateway.submit("x");
        Life a2 = gateway.add("a", 2, 8);
        gateway.retire(a1);
        gateway.after(Duration.ofMillis(4_999));
        assertEquals(1, gateway.sends.size());
        assertEquals(gateway.now + 1_000_000, gateway.core.nextDeadline().getAsLong());
        gateway.after(Duration.ofMillis(1));
        assertEquals(2, gateway.sends.size());
        assertEquals(
                gateway.worldBetween(CoreFixture.GATEWAY, a2),
                gateway.lastSend().path().get(0));
        assertEquals(
                List.of(a1),
                gateway.cancels.stream().map(Effect.Cancel::replica).toList());
        assertEquals(List.of(), leaving(), "the gateway has let go of it");
        assertEquals(1, gateway.lastEvent("REPLICA_REMOVED").getReplayed());
        gateway.after(Duration.ofSeconds(1));
        assertEquals(2, gateway.sends.size());
    }

    @Test
    void aReplicaThatReturnsToTheTableServesOn() {
        gateway.submit("x");
        RoutingSnapshot with = gateway.table(1, gateway.version() + 2);
        gateway.retire(a1);
        gateway.apply(gateway.core.routing(with, gateway.now));
        assertEquals(List.of(), leaving());
        gateway.after(Duration.ofSeconds(6));
        assertEquals(0, gateway.core.status(0).getReplayed());
        gateway.submit("y");
        assertEquals(2, gateway.sends.size());
        assertTrue(gateway.events.stream()
                        .filter(event -> event.getKind().equals("REPLICA_ADDED"))
                        .count()
                > 1);
    }

    @Test
    void theDeathOfALeavingReplicaReplays() {
        gateway.submit("x");
        gateway.add("a", 2, 8);
        gateway.retire(a1);
        gateway.apply(gateway.core.linkLost(a1, 1, "closed", gateway.now));
        assertEquals(2, gateway.sends.size());
        assertEquals(List.of(), leaving());
    }

    @Test
    void aClosedWorldOfADrainedReplicaReplaysWhatIsStillOnIt() {
        gateway.submit("x");
        long world = gateway.lastSend().path().get(0);
        gateway.add("a", 2, 8);
        gateway.retire(a1);
        gateway.apply(gateway.core.ownWorldEnded(world, "CLOSED", gateway.now));
        assertEquals(2, gateway.sends.size());
    }
}
