package dev.orrery.gateway.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RequestsTest {
    private final CoreFixture gateway = CoreFixture.withStages("a");

    @Test
    void aRequestIsAnsweredOnceAndItsTensorsAreReleased() {
        gateway.add("a", 1, 8);
        long waiter = gateway.submit("x");
        assertEquals(0, gateway.released.size());
        gateway.answer(gateway.lastSend());
        assertEquals("answer to x", gateway.answerOf(waiter));
        assertEquals(1, gateway.released.size());
        assertEquals(1, gateway.core.status(0).getAnswered());
        assertEquals(0, gateway.core.status(0).getInFlight());
    }

    @Test
    void withoutAPathRequestsWaitInOrder() {
        gateway.submit("x");
        gateway.submit("y");
        assertEquals(2, gateway.core.status(0).getQueued());
        gateway.add("a", 1, 8);
        assertEquals(List.of("x", "y"), gateway.sentNames());
    }

    @Test
    void aFullQueueRefusesAtOnceAndSaysWhatItWaitsFor() {
        for (int i = 0; i < 4; i++) {
            gateway.submit("x" + i);
        }
        long refused = gateway.submit("y");
        assertEquals(ErrorCode.OVERLOADED, gateway.errorOf(refused));
        assertTrue(gateway.messageOf(refused).contains("stage a: none of its replicas is attached"));
        assertEquals(1, gateway.core.status(0).getRejected());
        assertEquals(4, gateway.core.status(0).getAccepted());
        assertEquals("y", ((CoreFixture.Bytes) gateway.released.get(0)).name());
    }

    @Test
    void whatIsInFlightDoesNotCountAsQueued() {
        gateway.add("a", 1, 3);
        for (int i = 0; i < 7; i++) {
            gateway.submit("x" + i);
        }
        assertEquals(0, gateway.outcomes.size());
        assertEquals(ErrorCode.OVERLOADED, gateway.errorOf(gateway.submit("y")));
    }

    @Test
    void heldBytesAreBounded() {
        gateway.submit("x", 0, 600);
        long refused = gateway.submit("y", 0, 500);
        assertEquals(ErrorCode.OVERLOADED, gateway.errorOf(refused));
        assertTrue(gateway.messageOf(refused).contains("600 bytes"));
        gateway.add("a", 1, 8);
        gateway.answer(gateway.lastSend());
        assertFalse(gateway.outcomes.containsKey(gateway.submit("z", 0, 500)));
    }

    @Test
    void oneRequestAboveTheByteBoundMayTravelAlone() {
        assertFalse(gateway.outcomes.containsKey(gateway.submit("x", 0, 5_000)));
    }

    @Test
    void aQueuedRequestExpiresNamingTheStageThatItWaitedFor() {
        long waiter = gateway.submit("x", 100);
        assertEquals(gateway.now + 100_000_000L, gateway.core.nextDeadline().getAsLong());
        gateway.after(Duration.ofMillis(99));
        assertEquals(0, gateway.outcomes.size());
        gateway.after(Duration.ofMillis(1));
        assertEquals(ErrorCode.DEADLINE_EXCEEDED, gateway.errorOf(waiter));
        assertTrue(gateway.messageOf(waiter).contains("100 ms"));
        assertTrue(gateway.messageOf(waiter).contains("queued at the gateway, waiting for stage a"));
        assertEquals(1, gateway.released.size());
    }

    @Test
    void aRequestInFlightExpiresNamingTheReplicasAndIsCancelledThere() {
        Life a = gateway.add("a", 1, 8);
        long waiter = gateway.submit("x", 100);
        gateway.after(Duration.ofMillis(100));
        assertTrue(gateway.messageOf(waiter).contains("in flight (attempt 1) at a-1"));
        assertEquals(a, gateway.cancels.get(0).replica());
        assertEquals(1, gateway.inFlightAt(a), "until the replica acknowledges");
        gateway.apply(gateway.core.cancelAcknowledged(a, gateway.lastSend().request(), 1, gateway.now));
        assertEquals(0, gateway.inFlightAt(a));
    }

    @Test
    void theDefaultDeadlineIsThePipelines() {
        long waiter = gateway.submit("x", 0);
        gateway.after(Duration.ofMillis(29_999));
        assertEquals(0, gateway.outcomes.size());
        gateway.after(Duration.ofMillis(1));
        assertEquals(ErrorCode.DEADLINE_EXCEEDED, gateway.errorOf(waiter));
    }

    @Test
    void aDeadlineBeyondAllReasonIsCut() {
        gateway.submit("x", Long.MAX_VALUE);
        assertTrue(gateway.core.nextDeadline().getAsLong() > gateway.now);
    }

    @Test
    void expiryIsSeenByAnyEventEvenIfTheTickIsLate() {
        gateway.add("a", 1, 1);
        gateway.submit("x", 100);
        long late = gateway.submit("y", 50);
        gateway.now += Duration.ofMillis(60).toNanos();
        gateway.answer(gateway.lastSend());
        assertEquals(ErrorCode.DEADLINE_EXCEEDED, gateway.errorOf(late));
        assertEquals(1, gateway.sends.size());
    }

    @Test
    void aResentRequestJoinsTheRunningOne() {
        gateway.add("a", 1, 8);
        long first = gateway.submit("x");
        long second = gateway.submit("x");
        assertEquals(1, gateway.sends.size());
        assertEquals(1, gateway.core.status(0).getAccepted());
        gateway.answer(gateway.lastSend());
        assertEquals("answer to x", gateway.answerOf(first));
        assertEquals("answer to x", gateway.answerOf(second));
        assertEquals(2, gateway.released.size());
    }

    @Test
    void anAnsweredRequestIsRememberedUntilSomeTimeAfterItsDeadline() {
        gateway.add("a", 1, 8);
        gateway.submit("x", 1_000);
        gateway.answer(gateway.lastSend());
        gateway.after(Duration.ofMillis(10_999));
        assertEquals("answer to x", gateway.answerOf(gateway.submit("x", 1_000)));
        assertEquals(1, gateway.sends.size());
        gateway.after(Duration.ofMillis(1));
        gateway.submit("x", 1_000);
        assertEquals(2, gateway.sends.size());
    }

    @Test
    void rememberedOutcomesAreBoundedByCountAndBytes() {
        gateway.add("a", 1, 8);
        for (int i = 0; i < 150; i++) {
            gateway.submit("x" + i);
            gateway.answer(gateway.lastSend());
        }
        assertEquals(100, gateway.core.flow().rememberedOutcomes());
        gateway.submit("big");
        Effect.Send send = gateway.lastSend();
        gateway.apply(gateway.core.answered(
                send.request(), send.attempt(), new CoreFixture.Bytes("big", 90_000), gateway.now));
        assertTrue(gateway.core.flow().rememberedOutcomes() < 20);
    }

    @Test
    void aCancelledRequestLeavesTheQueueOrTheReplicas() {
        Life a = gateway.add("a", 1, 1);
        long sent = gateway.submit("x");
        long queued = gateway.submit("y");
        gateway.apply(gateway.core.cancel(queued, gateway.now));
        gateway.apply(gateway.core.cancel(sent, gateway.now));
        assertEquals(0, gateway.outcomes.size(), "nobody waits");
        assertEquals(
                List.of(a), gateway.cancels.stream().map(Effect.Cancel::replica).toList());
        assertEquals(2, gateway.released.size());
        assertEquals(2, gateway.core.status(0).getFailed());
    }

    @Test
    void oneOfTwoWaitersMayLeave() {
        gateway.add("a", 1, 8);
        long first = gateway.submit("x");
        long second = gateway.submit("x");
        gateway.apply(gateway.core.cancel(first, gateway.now));
        gateway.answer(gateway.lastSend());
        assertFalse(gateway.outcomes.containsKey(first));
        assertEquals("answer to x", gateway.answerOf(second));
    }

    @Test
    void aClientThatLostItsConnectionFindsItsAnswer() {
        gateway.add("a", 1, 8);
        long lost = gateway.submit("x");
        gateway.apply(gateway.core.detach(lost, gateway.now));
        gateway.answer(gateway.lastSend());
        assertFalse(gateway.outcomes.containsKey(lost));
        assertEquals("answer to x", gateway.answerOf(gateway.submit("x")));
    }

    @Test
    void theUsersExceptionEndsTheRequestAndLeavesTheReplica() {
        Life a = gateway.add("a", 1, 8);
        long waiter = gateway.submit("x");
        OrreryException why = OrreryException.of(ErrorCode.STAGE_FAILED, "no such word");
        gateway.apply(gateway.core.failed(a, gateway.lastSend().request(), 1, why, gateway.now));
        assertEquals(ErrorCode.STAGE_FAILED, gateway.errorOf(waiter));
        assertEquals(0, gateway.inFlightAt(a));
        gateway.submit("y");
        assertEquals(2, gateway.sends.size());
    }

    @Test
    void aGatewayThatStopsFailsWhatItHasAndTakesNoMore() {
        gateway.add("a", 1, 8);
        long waiter = gateway.submit("x");
        gateway.apply(gateway.core.stop(gateway.now));
        assertEquals(ErrorCode.UNAVAILABLE, gateway.errorOf(waiter));
        assertEquals(ErrorCode.UNAVAILABLE, gateway.errorOf(gateway.submit("y")));
    }
}
