package dev.orrery.gateway.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Two stages with two replicas each. */
class ReplayTest {
    private final CoreFixture gateway = CoreFixture.withStages("a", "b");
    private final Life a1 = gateway.add("a", 1, 4);
    private final Life b1 = gateway.add("b", 1, 4);
    private final Life a2 = gateway.add("a", 2, 4);
    private final Life b2 = gateway.add("b", 2, 4);

    private Set<String> pathOver(Life life) {
        return gateway.sends.stream()
                .filter(send -> gateway.livesOf(send).contains(life))
                .map(CoreFixture::name)
                .collect(Collectors.toSet());
    }

    private void fill(int requests) {
        for (int i = 0; i < requests; i++) {
            gateway.submit("x" + i);
        }
    }

    @Test
    void exactlyTheRequestsOnALostReplicaAreReplayedInOrder() {
        fill(4);
        Set<String> lost = pathOver(b1);
        assertFalse(lost.isEmpty() || lost.size() == 4, "the seed must spread them");
        gateway.sends.clear();
        gateway.lose(b1);
        assertEquals(lost.stream().sorted().toList(), gateway.sentNames());
        gateway.sends.forEach(send -> {
            assertEquals(2, send.attempt());
            assertTrue(gateway.livesOf(send).contains(b2));
        });
        assertEquals(lost.size(), gateway.lastEvent("REPLICA_REMOVED").getReplayed());
        assertEquals(lost.size(), gateway.core.status(0).getReplayed());
    }

    @Test
    void exactlyTheRequestsOverABrokenWorldAreReplayed() {
        fill(8);
        long world = gateway.worldBetween(a1, b1);
        List<String> lost = gateway.sends.stream()
                .filter(send -> send.path().contains(world))
                .map(CoreFixture::name)
                .toList();
        assertFalse(lost.isEmpty());
        gateway.apply(gateway.core.worldBroken(b1, world, gateway.now));
        assertEquals(lost.size(), gateway.core.status(0).getReplayed());
        assertEquals(lost.size(), gateway.lastEvent("EDGE_REMOVED").getReplayed());
        gateway.apply(gateway.core.worldBroken(a1, world, gateway.now));
        assertEquals(lost.size(), gateway.core.status(0).getReplayed(), "the other end says the same");
    }

    @Test
    void theGatewaysOwnBrokenWorldReplaysToo() {
        fill(4);
        long world = gateway.sends.get(0).path().get(0);
        gateway.apply(gateway.core.ownWorldEnded(world, "BROKEN: link closed", gateway.now));
        assertTrue(gateway.core.status(0).getReplayed() > 0);
        gateway.sends.stream()
                .filter(send -> send.attempt() == 2)
                .forEach(send -> assertNotEquals(world, send.path().get(0)));
    }

    @Test
    void replayedRequestsComeBeforeThoseThatWereNeverSent() {
        fill(12);
        assertEquals(8, gateway.sends.size());
        Set<String> lost = pathOver(b1);
        gateway.lose(b1);
        assertEquals(4 + lost.size(), gateway.core.status(0).getQueued(), "b2 is full");
        List<Effect.Send> first = gateway.sends.stream()
                .filter(send -> !lost.contains(CoreFixture.name(send)))
                .toList();
        gateway.sends.clear();
        first.forEach(gateway::answer);
        assertEquals(lost.stream().sorted().toList(), gateway.sentNames());
    }

    @Test
    void aSupersededAttemptKeepsItsCreditUntilTheReplicaAcknowledges() {
        gateway.submit("x");
        Effect.Send first = gateway.lastSend();
        Life a = gateway.livesOf(first).get(0);
        gateway.lose(gateway.livesOf(first).get(1));
        assertEquals(
                List.of(a), gateway.cancels.stream().map(Effect.Cancel::replica).toList());
        assertEquals(1, gateway.cancels.get(0).attempt());
        int both = gateway.inFlightAt(a1) + gateway.inFlightAt(a2);
        assertEquals(2, both, "one superseded, one current");
        gateway.apply(gateway.core.cancelAcknowledged(a, first.request(), 1, gateway.now));
        assertEquals(1, gateway.inFlightAt(a1) + gateway.inFlightAt(a2));
        gateway.apply(gateway.core.cancelAcknowledged(a, first.request(), 1, gateway.now));
        assertEquals(1, gateway.inFlightAt(a1) + gateway.inFlightAt(a2), "returned once");
    }

    @Test
    void theFirstAnswerWinsWhicheverAttemptItCameFrom() {
        long waiter = gateway.submit("x");
        Effect.Send first = gateway.lastSend();
        long world = first.path().get(1);
        gateway.apply(gateway.core.worldBroken(gateway.livesOf(first).get(0), world, gateway.now));
        Effect.Send second = gateway.lastSend();
        assertEquals(2, second.attempt());
        gateway.cancels.clear();
        gateway.answer(first);
        assertEquals("answer to x", gateway.answerOf(waiter));
        assertEquals(2, gateway.cancels.size(), "the second attempt is of no use any more");
        assertEquals(2, gateway.cancels.get(0).attempt());
        gateway.answer(second);
        assertEquals(1, gateway.core.status(0).getLateAnswersDropped());
        assertEquals(0, gateway.core.attemptsHoldingCredit());
    }

    @Test
    void aRefusalReturnsTheCreditsOfAllThatTheAttemptPassed() {
        gateway.submit("x");
        Effect.Send send = gateway.lastSend();
        Life a = gateway.livesOf(send).get(0);
        Life b = gateway.livesOf(send).get(1);
        gateway.apply(gateway.core.refused(b, send.request(), 1, "no ready world", gateway.now));
        Effect.Send second = gateway.lastSend();
        assertEquals(2, second.attempt());
        assertEquals(0, gateway.cancels.size(), "nobody is left to cancel");
        int expected = gateway.livesOf(second).contains(a) ? 1 : 0;
        assertEquals(expected, gateway.inFlightAt(a));
        assertNotEquals(send.path().get(2), second.path().get(2), "the edge that could not be used rests");
    }

    @Test
    void aRefusalUpstreamKeepsTheCreditsBelowUntilAcknowledged() {
        gateway.submit("x");
        Effect.Send send = gateway.lastSend();
        Life a = gateway.livesOf(send).get(0);
        Life b = gateway.livesOf(send).get(1);
        gateway.apply(gateway.core.refused(a, send.request(), 1, "world ended while sending", gateway.now));
        assertEquals(
                List.of(b), gateway.cancels.stream().map(Effect.Cancel::replica).toList());
    }

    @Test
    void aRefusalOfASupersededAttemptReplaysNothing() {
        gateway.submit("x");
        Effect.Send send = gateway.lastSend();
        Life a = gateway.livesOf(send).get(0);
        gateway.lose(gateway.livesOf(send).get(1));
        int sent = gateway.sends.size();
        gateway.apply(gateway.core.refused(a, send.request(), 1, "unknown world", gateway.now));
        assertEquals(sent, gateway.sends.size());
        assertEquals(1, gateway.inFlightAt(a1) + gateway.inFlightAt(a2));
    }

    @Test
    void aReplicaThatIsNotOnThePathCannotRefuse() {
        gateway.submit("x");
        Effect.Send send = gateway.lastSend();
        Life stranger = gateway.livesOf(send).contains(a1) ? a2 : a1;
        gateway.apply(gateway.core.refused(stranger, send.request(), 1, "busy", gateway.now));
        gateway.apply(gateway.core.failed(
                stranger, send.request(), 1, OrreryException.of(ErrorCode.STAGE_FAILED, "x"), gateway.now));
        assertEquals(1, gateway.sends.size());
        assertEquals(0, gateway.outcomes.size());
    }

    @Test
    void anEdgeThatWasRefusedRestsAndIsOfferedAgain() {
        gateway.lose(a2);
        gateway.lose(b2);
        gateway.submit("x");
        Effect.Send send = gateway.lastSend();
        gateway.apply(gateway.core.refused(a1, send.request(), 1, "busy", gateway.now));
        assertEquals(1, gateway.sends.size(), "attempts are not used up in a loop");
        gateway.after(GatewayCore.SUSPENSION);
        assertEquals(2, gateway.sends.size());
    }

    @Test
    void aRefusalForTheDeadlineSparesTheEdge() {
        gateway.lose(a2);
        gateway.lose(b2);
        long waiter = gateway.submit("x", 100);
        Effect.Send send = gateway.lastSend();
        gateway.now += Duration.ofMillis(99).toNanos();
        gateway.apply(gateway.core.refused(a1, send.request(), 1, GatewayCore.REFUSED_FOR_DEADLINE, gateway.now));
        assertEquals(2, gateway.sends.size(), "there is time yet by the gateway's clock");
        gateway.now += Duration.ofMillis(1).toNanos();
        gateway.apply(gateway.core.refused(a1, send.request(), 2, GatewayCore.REFUSED_FOR_DEADLINE, gateway.now));
        assertEquals(ErrorCode.DEADLINE_EXCEEDED, gateway.errorOf(waiter));
    }

    @Test
    void attemptsAreBoundedAndTheErrorTellsWhatEndedEach() {
        long waiter = gateway.submit("x");
        for (int attempt = 1; attempt <= 3; attempt++) {
            Effect.Send send = gateway.lastSend();
            assertEquals(attempt, send.attempt());
            gateway.apply(
                    gateway.core.refused(gateway.livesOf(send).get(1), send.request(), attempt, "busy", gateway.now));
            gateway.after(GatewayCore.SUSPENSION);
        }
        assertEquals(3, gateway.sends.size());
        assertEquals(ErrorCode.ATTEMPTS_EXHAUSTED, gateway.errorOf(waiter));
        assertTrue(gateway.messageOf(waiter).contains("attempt 1: refused by b-"));
        assertTrue(gateway.messageOf(waiter).contains("attempt 3: refused by b-"));
        assertEquals(0, gateway.core.attemptsHoldingCredit());
    }

    @Test
    void aReplicaThatAttachesAgainStartsWithoutLoad() {
        gateway.submit("x");
        Effect.Send send = gateway.lastSend();
        Life a = gateway.livesOf(send).get(0);
        gateway.attach(a);
        int now = gateway.inFlightAt(a);
        gateway.apply(gateway.core.cancelAcknowledged(a, send.request(), 1, gateway.now));
        assertEquals(now, gateway.inFlightAt(a), "an acknowledgement for the attachment before returns nothing");
        assertEquals(2, gateway.lastSend().attempt());
    }

    @Test
    void anAnswerForAnAttemptWithoutCreditStillCounts() {
        long waiter = gateway.submit("x");
        Effect.Send first = gateway.lastSend();
        List.of(a1, a2, b1, b2).forEach(gateway::lose);
        assertEquals(1, gateway.core.status(0).getQueued());
        gateway.answer(first);
        assertEquals("answer to x", gateway.answerOf(waiter));
        assertEquals(0, gateway.core.status(0).getQueued());
    }
}
