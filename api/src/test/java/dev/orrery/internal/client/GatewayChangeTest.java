package dev.orrery.internal.client;

import static dev.orrery.testing.TestingRpc.answer;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.InferRequest;
import dev.orrery.tensor.Tensors;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What becomes of open requests when their gateway dies and another follows. */
class GatewayChangeTest extends GatewayScenario {
    @Test
    void unansweredRequestsGoToTheNextGatewayUnderTheirNumbers() throws InterruptedException {
        FakeGateway dying = new FakeGateway("g1").serves();
        assertEquals("a", text(answer(infer("a", LONG))));
        dying.hangs();
        CompletableFuture<Tensors> b = infer("b", LONG);
        CompletableFuture<Tensors> c = infer("c", LONG);
        dying.awaitAsked();
        InferRequest firstB = dying.awaitAsked();
        InferRequest firstC = dying.awaitAsked();
        FakeGateway next = new FakeGateway("g2").serves();
        dying.server.close();
        assertEquals("b", text(answer(b)));
        assertEquals("c", text(answer(c)));
        List<InferRequest> resent = List.of(next.awaitAsked(), next.awaitAsked());
        assertEquals(0, next.asked.size());
        for (InferRequest first : List.of(firstB, firstC)) {
            InferRequest again = resent.stream()
                    .filter(request -> request.getNumber() == first.getNumber())
                    .findFirst()
                    .orElseThrow();
            assertEquals(first.getClient(), again.getClient());
            assertEquals(first.getTensorsList(), again.getTensorsList());
            assertTrue(again.getDeadlineMillis() < first.getDeadlineMillis(), "its time went on");
        }
    }

    @Test
    void whatADeadGatewayHadAcceptedIsNotLostToAFullQueueOfTheNext() throws InterruptedException {
        FakeGateway dying = new FakeGateway("g1").serves();
        dying.hangs();
        CompletableFuture<Tensors> accepted = infer("a", LONG);
        dying.awaitAsked();
        FakeGateway next = new FakeGateway("g2").serves();
        next.behaviour = request -> {
            next.behaviour = FakeGateway::echo;
            return CompletableFuture.failedFuture(OrreryException.of(ErrorCode.OVERLOADED, "the queue is full"));
        };
        dying.server.close();
        assertEquals("a", text(answer(accepted)));
        assertEquals(2, next.asked.size());
    }

    @Test
    void aThousandRequestsMoveToTheNextGatewayAndEachIsAnsweredOnce() throws InterruptedException {
        FakeGateway dying = new FakeGateway("g1").serves();
        dying.hangs();
        List<CompletableFuture<Tensors>> open =
                IntStream.range(0, 1_000).mapToObj(i -> infer("r" + i, LONG)).toList();
        AtomicInteger effects = new AtomicInteger();
        open.forEach(request -> request.thenRun(effects::incrementAndGet));
        for (int i = 0; i < open.size(); i++) {
            dying.awaitAsked();
        }
        FakeGateway next = new FakeGateway("g2").serves();
        dying.server.close();
        for (int i = 0; i < open.size(); i++) {
            assertEquals("r" + i, text(answer(open.get(i))));
        }
        assertEquals(open.size(), effects.get());
        assertEquals(
                open.size(),
                next.asked.stream().map(InferRequest::getNumber).distinct().count());
    }
}
