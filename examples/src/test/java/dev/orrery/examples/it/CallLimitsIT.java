package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.ActorRef;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.examples.cluster.LocalClusterOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** More than may wait, and larger than may be sent. */
class CallLimitsIT extends ClusterScenario {
    private static final int MANY = 100_000;
    private static final int BOUND = 1_000;
    /** Fewer than this client keeps open, so that it is the actor that refuses. */
    private static final int BEYOND = 20_000;

    private static final int LARGE = 8 << 20;
    private static final int TOO_LARGE = 80 << 20;

    @Override
    LocalClusterOptions.Builder options() {
        return super.options().nodes("node-1").agent("agent.worker-java-options", "-Xmx128m");
    }

    /** Holds its thread until it is told. */
    static final class Gate {
        private final CountDownLatch open = new CountDownLatch(1);
        private int passed;

        boolean pass() throws InterruptedException {
            return open.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }

        int count() {
            return ++passed;
        }

        int length(byte[] bytes) {
            return bytes.length;
        }
    }

    private ActorRef<Gate> gate(int maxPendingCalls, int maxConcurrency) {
        return orrery().actor(Gate::new)
                .cpus(0.1)
                .maxPendingCalls(maxPendingCalls)
                .maxConcurrency(maxConcurrency)
                .start();
    }

    @Test
    void aHundredThousandCallsWait() throws Exception {
        ActorRef<Gate> gate = gate(MANY, 1);
        List<CompletableFuture<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            calls.add(gate.call(Gate::count));
        }
        for (int i = 0; i < MANY; i++) {
            assertEquals(i + 1, get(calls.get(i)));
        }
        gate.kill();
    }

    @Test
    void beyondItsBoundACallFailsAtOnceAndTheOthersAreAnswered() throws Exception {
        ActorRef<Gate> gate = gate(BOUND, 2);
        CompletableFuture<Boolean> holding = gate.call(Gate::pass);
        CompletableFuture<Boolean> holdingToo = gate.call(Gate::pass);
        List<CompletableFuture<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < BEYOND; i++) {
            calls.add(gate.call(Gate::count));
        }
        OrreryException overloaded = error(calls.get(BEYOND - 1));
        assertEquals(ErrorCode.ACTOR_OVERLOADED, overloaded.code(), overloaded.getMessage());
        assertTrue(overloaded.getMessage().contains(Integer.toString(BOUND)), overloaded.getMessage());
        gate.kill();
        assertEquals(ErrorCode.ACTOR_DEAD, error(holding).code());
        assertEquals(ErrorCode.ACTOR_DEAD, error(holdingToo).code());
        long refused = calls.stream().filter(CallLimitsIT::wasRefused).count();
        assertTrue(refused >= BEYOND - 2 * BOUND, refused + " of " + BEYOND + " calls were refused");
        assertTrue(refused < BEYOND, "some were taken");
    }

    @Test
    void anArgumentThatNoFrameTakesIsRefusedHereAndTheActorLivesOn() throws Exception {
        ActorRef<Gate> gate = gate(BOUND, 1);
        OrreryException refused = error(gate.call(Gate::length, new byte[TOO_LARGE]));
        assertEquals(ErrorCode.TENSOR_TOO_LARGE, refused.code(), refused.getMessage());
        assertTrue(refused.getMessage().contains("bytes"), refused.getMessage());
        assertEquals(LARGE, get(gate.call(Gate::length, new byte[LARGE])));
        gate.kill();
    }

    private static boolean wasRefused(CompletableFuture<Integer> call) {
        try {
            return error(call).code() == ErrorCode.ACTOR_OVERLOADED;
        } catch (InterruptedException | java.util.concurrent.TimeoutException e) {
            throw new AssertionError("a call was not ended", e);
        }
    }
}
