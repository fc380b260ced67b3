package dev.orrery.gateway.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Prints what the core takes for one request, from submission to outcome. Asserts only that all were answered. */
class DispatchCostTest {
    @Test
    void submitAndAnswer() {
        measure(3, 4);
        measure(3, 32);
    }

    private static void measure(int stages, int replicas) {
        List<String> names = List.of("a", "b", "c", "d").subList(0, stages);
        CoreFixture gateway = new CoreFixture(
                new GatewayOptions(
                        CoreFixture.GATEWAY,
                        "embed",
                        names,
                        1_024,
                        1 << 30,
                        5,
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(30),
                        GatewayOptions.Memory.DEFAULT),
                3);
        for (String name : names) {
            for (int number = 1; number <= replicas; number++) {
                gateway.add(name, number, 8);
            }
        }
        CoreFixture.Bytes bytes = new CoreFixture.Bytes("x", 1_000);
        long best = Long.MAX_VALUE;
        long number = 0;
        for (int round = 0; round < 5; round++) {
            long start = System.nanoTime();
            for (int i = 0; i < 20_000; i++) {
                number++;
                Submission submission = new Submission(new ClientKey("c", number), bytes, 0, number);
                Effect.Send send = (Effect.Send)
                        gateway.core.submit(submission, gateway.now).get(0);
                gateway.core.answered(send.request(), send.attempt(), bytes, gateway.now);
            }
            best = Math.min(best, (System.nanoTime() - start) / 20_000);
        }
        assertEquals(number, gateway.core.status(0).getAnswered());
        System.out.printf("core, %d stages of %d replicas: %d ns a request%n", stages, replicas, best);
    }
}
