package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.Pipeline;
import dev.orrery.PipelineRef;
import dev.orrery.error.DeadlineExceededException;
import dev.orrery.tensor.Tensors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a client sees when its gateway dies, or stops and goes on, with requests in flight. */
class GatewayDeathIT extends ClusterScenario {
    private PipelineRef pipeline;

    @BeforeAll
    void deploy() {
        pipeline = orrery().deploy(Pipeline.named("guarded")
                .stage("only", Stages.append("a", 1), s -> s.cpus(0.1).replicas(2))
                .build());
    }

    @AfterAll
    void undeploy() {
        if (pipeline != null) {
            pipeline.undeploy();
        }
    }

    /** Requests that are sent at once, and how often each was answered. */
    private final class Burst {
        final List<CompletableFuture<String>> answers = new ArrayList<>();
        final AtomicInteger effects = new AtomicInteger();

        Burst(int requests) {
            for (int number = 0; number < requests; number++) {
                try (Tensors request = Tensors.of("text", "r" + number)) {
                    answers.add(pipeline.infer(request).thenApply(answer -> {
                        effects.incrementAndGet();
                        try (answer) {
                            return answer.get("text").toStrings().get(0);
                        }
                    }));
                }
            }
        }

        void expectEachAnsweredOnce() throws Exception {
            CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            for (int number = 0; number < answers.size(); number++) {
                assertEquals("r" + number + ">a", answers.get(number).join());
            }
            assertEquals(answers.size(), effects.get());
        }
    }

    @Test
    void aThousandRequestsInFlightOutliveTheirGateway() throws Exception {
        long incarnation = incarnation(pipeline, "gateway");
        Burst burst = new Burst(1_000);
        awaitInFlight(pipeline, "only-1");
        cluster().killWorker(pipeline.name(), "gateway");
        burst.expectEachAnsweredOnce();
        awaitReplaced(pipeline, "gateway", incarnation);
    }

    @Test
    void aGatewayThatStopsForLongerThanItsSilenceIsBornePeersComeBack() throws Exception {
        text("warm").get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        long incarnation = incarnation(pipeline, "gateway");
        Burst burst = new Burst(200);
        long pid = cluster().freezeWorker(pipeline.name(), "gateway");
        long start = System.nanoTime();
        ExecutionException late = assertThrows(ExecutionException.class, () -> text("late", Duration.ofMillis(500))
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        long waited = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        assertInstanceOf(DeadlineExceededException.class, late.getCause());
        assertTrue(late.getCause().getMessage().contains("gateway of pipeline guarded"), late.getMessage());
        assertTrue(waited < 3_500, "it took " + waited + " ms");
        TimeUnit.MILLISECONDS.sleep(Math.max(0, 3_500 - waited));
        assertTrue(cluster().thawWorker(pid));
        burst.expectEachAnsweredOnce();
        assertEquals(incarnation, incarnation(pipeline, "gateway"), "nobody had to be replaced");
        // The late one counts where the gateway looks at its deadline before it reads that nobody waits.
        assertTrue(gateway(pipeline).getFailed() <= 1, "of the others none failed");
    }

    @Test
    @Tag("full")
    void aGatewayThatStopsForGoodIsReplaced() throws Exception {
        text("warm").get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        long incarnation = incarnation(pipeline, "gateway");
        Burst burst = new Burst(200);
        long pid = cluster().freezeWorker(pipeline.name(), "gateway");
        burst.expectEachAnsweredOnce();
        awaitReplaced(pipeline, "gateway", incarnation);
        cluster().thawWorker(pid);
        assertTrue(ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
    }

    private CompletableFuture<Void> text(String text) {
        return text(text, PATIENCE);
    }

    private CompletableFuture<Void> text(String text, Duration deadline) {
        try (Tensors request = Tensors.of("text", text)) {
            return pipeline.infer(request, deadline).thenAccept(Tensors::close);
        }
    }
}
