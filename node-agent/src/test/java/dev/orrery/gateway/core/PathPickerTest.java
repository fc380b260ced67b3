package dev.orrery.gateway.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PathPickerTest {
    private static final long SEED = 41;

    @Test
    void loadIsEvenOverReplicasAndNeverAboveTheCredits() {
        CoreFixture gateway = new CoreFixture(
                new GatewayOptions(
                        CoreFixture.GATEWAY,
                        "embed",
                        List.of("a", "b"),
                        1_000,
                        1_000_000,
                        3,
                        java.time.Duration.ofSeconds(30),
                        java.time.Duration.ofSeconds(5),
                        GatewayOptions.Memory.DEFAULT),
                SEED);
        for (int number = 1; number <= 4; number++) {
            gateway.add("a", number, 10);
            gateway.add("b", number, 10);
        }
        for (int i = 0; i < 20; i++) {
            gateway.submit("x" + i);
        }
        for (Life life : gateway.replicas.keySet()) {
            int load = gateway.inFlightAt(life);
            assertTrue(load >= 3 && load <= 7, () -> life + " has " + load + " of 20, seed " + SEED);
        }
        for (int i = 20; i < 100; i++) {
            gateway.submit("x" + i);
        }
        gateway.replicas.keySet().forEach(life -> assertEquals(10, gateway.inFlightAt(life)));
        assertEquals(40, gateway.sends.size());
        assertEquals(60, gateway.core.status(0).getQueued());
    }

    @Test
    void aFullReplicaIsPassedBy() {
        CoreFixture gateway = CoreFixture.withStages("a");
        Life small = gateway.add("a", 1, 1);
        Life large = gateway.add("a", 2, 6);
        for (int i = 0; i < 7; i++) {
            gateway.submit("x" + i);
        }
        assertEquals(1, gateway.inFlightAt(small));
        assertEquals(6, gateway.inFlightAt(large));
    }

    @Test
    void aReplicaWhoseOnlySuccessorIsFullIsPassedBy() {
        CoreFixture gateway = CoreFixture.withStages("a", "b");
        Life a1 = gateway.add("a", 1, 8);
        Life b1 = gateway.add("b", 1, 1);
        Life a2 = gateway.add("a", 2, 8);
        Life b2 = gateway.add("b", 2, 8);
        gateway.apply(gateway.core.worldBroken(a1, gateway.worldBetween(a1, b2), gateway.now));
        gateway.apply(gateway.core.worldBroken(a2, gateway.worldBetween(a2, b1), gateway.now));
        for (int i = 0; i < 9; i++) {
            gateway.submit("x" + i);
        }
        assertEquals(9, gateway.sends.size());
        assertEquals(1, gateway.inFlightAt(a1));
        assertEquals(8, gateway.inFlightAt(a2));
    }

    @Test
    void eachReplicaIsChosenAboutAsOften() {
        CoreFixture gateway = CoreFixture.withStages("a");
        for (int number = 1; number <= 4; number++) {
            gateway.add("a", number, 8);
        }
        Map<Long, Integer> chosen = new HashMap<>();
        for (int i = 0; i < 4_000; i++) {
            gateway.submit("x" + i);
            chosen.merge(gateway.lastSend().path().get(0), 1, Integer::sum);
            gateway.answer(gateway.lastSend());
        }
        assertEquals(4, chosen.size());
        chosen.values().forEach(count -> assertTrue(count > 800 && count < 1_200, chosen::toString));
    }
}
