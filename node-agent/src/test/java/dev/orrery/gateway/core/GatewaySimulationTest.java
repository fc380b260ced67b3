package dev.orrery.gateway.core;

import static dev.orrery.gateway.core.Simulation.MS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;

/** Whole lives of gateways under random disturbance; the seed of a failure is in its message. */
class GatewaySimulationTest {
    private static final int SEEDS = 200;
    private static final int POISON_SEEDS = 60;
    private static final long DISTURBED_MS = 1_500;

    @Test
    void everyRequestHasOneOutcomeAndEveryCreditComesBack() {
        long answered = 0;
        long replayed = 0;
        long late = 0;
        long failed = 0;
        int maxLoad = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            Simulation simulation = run(seed, GatewaySimulationTest::live);
            RequestFlow.Counts counts = simulation.core.flow().counts();
            answered += counts.answered();
            replayed += counts.replayed();
            late += counts.lateAnswersDropped();
            failed += counts.failed();
            maxLoad = Math.max(maxLoad, simulation.maxLoadSeen);
        }
        System.out.printf(
                "%d seeds: %d answered, %d failed, %d replayed, %d late answers, highest load %d%n",
                SEEDS, answered, failed, replayed, late, maxLoad);
        assertTrue(answered > 10_000 && replayed > 1_000 && late > 100, "the disturbances must bite");
        assertEquals(SimulatedPipeline.MAX_IN_FLIGHT, maxLoad);
    }

    @Test
    void everyPoisonedRequestKillsThreeAndNobodyElseFails() {
        int poisons = 0;
        long answered = 0;
        for (long seed = 1; seed <= POISON_SEEDS; seed++) {
            Simulation simulation = run(seed, GatewaySimulationTest::livePoisoned);
            poisons += simulation.pipeline.kills().size();
            answered += simulation.core.flow().counts().answered();
        }
        System.out.printf("%d seeds: %d poisoned requests, %d others answered%n", POISON_SEEDS, poisons, answered);
        assertTrue(poisons > 100 && answered > 5_000, "there must be both");
    }

    private static Simulation livePoisoned(long seed) {
        Simulation sim = start(seed, 100_000, 1_000_000_000, Duration.ofMinutes(1));
        // So few worlds break for other reasons that nobody uses up its attempts by them.
        sim.pipeline.troubled = false;
        for (long ms = 0; ms < DISTURBED_MS; ms += 1 + sim.random.nextInt(5)) {
            long waiter = ms;
            ClientKey key = new ClientKey("client", waiter);
            boolean poison = sim.random.nextInt(100) == 0;
            sim.at(ms * MS, () -> {
                if (poison) {
                    sim.submitPoison(key, 0, waiter);
                } else {
                    sim.submit(key, 0, waiter);
                }
            });
        }
        for (long ms = 100; ms < DISTURBED_MS; ms += 1 + sim.random.nextInt(600)) {
            sim.at(ms * MS, sim.pipeline::disturb);
        }
        sim.runUntil(DISTURBED_MS * MS);
        sim.pipeline.calm = true;
        sim.runUntil(60_000 * MS);
        sim.checkAtRest();
        sim.checkOnlyPoisonsFailed();
        return sim;
    }

    private static Simulation run(long seed, LongFunction<Simulation> life) {
        try {
            return life.apply(seed);
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
        }
    }

    private static Simulation start(long seed, int queue, long bytes, Duration deadline) {
        List<String> stages = List.of("a", "b", "c").subList(0, 1 + (int) (seed % 3));
        GatewayOptions options = new GatewayOptions(
                CoreFixture.GATEWAY,
                "sim",
                stages,
                queue,
                bytes,
                5,
                deadline,
                Duration.ofMillis(100),
                new GatewayOptions.Memory(50, 20_000, Duration.ofSeconds(1)));
        Simulation sim = new Simulation(options, seed);
        for (int stage = 0; stage < stages.size(); stage++) {
            for (int number = 1; number <= 1 + sim.random.nextInt(3); number++) {
                sim.pipeline.start(stage, number);
            }
        }
        return sim;
    }

    private static Simulation live(long seed) {
        Simulation sim = start(seed, 40, 100_000, Duration.ofMillis(300));
        for (long ms = 0; ms < DISTURBED_MS; ms += 1 + sim.random.nextInt(5)) {
            long waiter = ms;
            sim.at(ms * MS, () -> client(sim, waiter));
        }
        for (long ms = 100; ms < DISTURBED_MS; ms += 1 + sim.random.nextInt(150)) {
            sim.at(ms * MS, sim.pipeline::disturb);
        }
        for (long ms = 0; ms < DISTURBED_MS; ms += 50) {
            sim.runUntil(ms * MS + 5 * MS);
            sim.checkDeadlinesKept();
        }
        sim.pipeline.calm = true;
        sim.runUntil(30_000 * MS);
        sim.checkAtRest();
        return sim;
    }

    /** A request; or one that is sent again, cancelled, or whose client leaves. */
    private static void client(Simulation sim, long waiter) {
        ClientKey key = new ClientKey("client", waiter);
        sim.submit(key, 20 + sim.random.nextInt(400), waiter);
        int fate = sim.random.nextInt(20);
        long later = sim.random.nextInt(50) * MS;
        if (fate == 0) {
            sim.at(later, () -> sim.cancel(waiter));
        } else if (fate == 1) {
            sim.at(later, () -> sim.detach(waiter));
        } else if (fate <= 3) {
            sim.at(later, () -> sim.submit(key, 500, waiter + 1_000_000));
        }
    }
}
