package dev.orrery.gateway.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.PoisonedRequestException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Requests whose replicas die, by their own doing or by another's. */
class PoisonTest {
    private final CoreFixture gateway = CoreFixture.withStages("a", "b");
    private final Life a1 = gateway.add("a", 1, 4);
    private long lastWaiter;

    /** Whatever the request was sent over last dies in its second stage; the next replica is there before. */
    private void killUnder(long waiter, int number) {
        Life victim = gateway.livesOf(lastSendOf(waiter)).get(1);
        gateway.add("b", number, 4);
        gateway.lose(victim);
    }

    private Effect.Send lastSendOf(long waiter) {
        return gateway.sends.stream()
                .filter(send -> CoreFixture.name(send).equals("w" + waiter))
                .reduce((first, second) -> second)
                .orElseThrow();
    }

    /** Named after its waiter. */
    private long submit() {
        long waiter = gateway.submit("w" + (lastWaiter + 1));
        lastWaiter = waiter;
        return waiter;
    }

    private int sendsOf(long waiter) {
        return (int) gateway.sentNames().stream()
                .filter(name -> name.equals("w" + waiter))
                .count();
    }

    @Test
    void atTheThirdDeathItFailsAndNamesTheThreeLives() {
        gateway.add("b", 1, 4);
        long poison = submit();
        killUnder(poison, 2);
        acknowledgeCancels();
        killUnder(poison, 3);
        acknowledgeCancels();
        assertEquals(3, lastSendOf(poison).attempt());
        killUnder(poison, 4);
        assertEquals(3, sendsOf(poison), "not sent to a fourth");
        Outcome.Failed failed = assertInstanceOf(Outcome.Failed.class, gateway.outcomes.get(poison));
        assertInstanceOf(PoisonedRequestException.class, failed.error());
        for (String part : List.of(
                "attempt 1: b-1 (b-1#1) died, control link lost: closed, log host-1:/logs/b-1#1",
                "attempt 2: b-2 (b-2#1)",
                "attempt 3: b-3 (b-3#1)")) {
            assertTrue(failed.error().detail().contains(part), failed.error().detail());
        }
        assertTrue(
                failed.error()
                        .getMessage()
                        .startsWith("replica: b-1 (b-1#1) died while it had the request: control link lost: closed"
                                + " (on host-1, log /logs/b-1#1)"),
                failed.error().getMessage());
        assertEquals(1, gateway.core.status(0).getFailed());
        assertFalse(gateway.lastEvent("REQUEST_POISONED").getWhy().isEmpty());
        acknowledgeCancels();
        assertEquals(0, gateway.core.attemptsHoldingCredit());
    }

    @Test
    void whoOnlySharedTheReplicasIsAnsweredAlone() {
        gateway.add("b", 1, 4);
        long poison = submit();
        long bystander = submit();
        killUnder(poison, 2);
        killUnder(poison, 3);
        acknowledgeCancels();
        assertEquals(3, sendsOf(poison));
        assertEquals(2, sendsOf(bystander), "it waits while the other travels alone");
        killUnder(poison, 4);
        acknowledgeCancels();
        assertEquals(ErrorCode.POISONED_REQUEST, gateway.errorOf(poison));
        gateway.answer(lastSendOf(bystander));
        assertEquals("answer to w" + bystander, gateway.answerOf(bystander));
        assertEquals(3, sendsOf(bystander));
    }

    @Test
    void replicasThatFollowAnotherGatewayHaveNotDied() {
        gateway.add("b", 1, 4);
        long request = submit();
        for (int number = 2; number <= 3; number++) {
            Life next = gateway.livesOf(lastSendOf(request)).get(1);
            gateway.add("b", number, 4);
            gateway.apply(gateway.core.left(next, gateway.now));
        }
        killUnder(request, 4);
        gateway.answer(lastSendOf(request));
        assertEquals("answer to w" + request, gateway.answerOf(request));
        assertEquals(4, sendsOf(request));
    }

    private void acknowledgeCancels() {
        List<Effect.Cancel> asked = List.copyOf(gateway.cancels);
        gateway.cancels.clear();
        asked.forEach(cancel -> gateway.apply(
                gateway.core.cancelAcknowledged(cancel.replica(), cancel.request(), cancel.attempt(), gateway.now)));
    }

    @Test
    void othersGoOnOverTheRestMeanwhile() {
        gateway.add("b", 1, 4);
        long suspect = suspected();
        Life keptA = gateway.livesOf(lastSendOf(suspect)).get(0);
        Life keptB = gateway.livesOf(lastSendOf(suspect)).get(1);
        Life a2 = gateway.add("a", 2, 4);
        Life b9 = gateway.add("b", 9, 4);
        for (int i = 0; i < 4; i++) {
            long other = submit();
            assertEquals(List.of(a2, b9), gateway.livesOf(lastSendOf(other)));
        }
        assertEquals(1, gateway.inFlightAt(keptA));
        assertEquals(1, gateway.inFlightAt(keptB));
        gateway.answer(lastSendOf(suspect));
        assertTrue(
                IntStream.range(0, 4).mapToLong(i -> submit()).allMatch(other -> gateway.livesOf(lastSendOf(other))
                        .equals(List.of(keptA, keptB))),
                "the others are full");
    }

    /** A request that was on two that died, alone now. */
    private long suspected() {
        long suspect = submit();
        killUnder(suspect, 2);
        killUnder(suspect, 3);
        acknowledgeCancels();
        assertEquals(3, sendsOf(suspect));
        return suspect;
    }

    @Test
    void withOneReplicaTheOthersWaitUntilItIsOver() {
        gateway.add("b", 1, 4);
        long suspect = suspected();
        long other = submit();
        assertEquals(0, sendsOf(other));
        gateway.answer(lastSendOf(suspect));
        assertEquals(1, sendsOf(other));
    }

    @Test
    void busyReplicasAreReservedSoThatItIsNotStarved() {
        CoreFixture single = CoreFixture.withStages("a");
        Life first = single.add("a", 1, 4);
        single.submit("suspect");
        Life second = single.add("a", 2, 1);
        single.lose(first);
        single.add("a", 3, 4);
        single.submit("busy");
        Effect.Send busy = single.lastSend();
        single.lose(second);
        single.submit("later");
        assertEquals(List.of("suspect", "suspect", "busy"), single.sentNames(), "the third replica is not idle");
        single.answer(busy);
        assertEquals("suspect", CoreFixture.name(single.lastSend()));
        single.answer(single.lastSend());
        assertEquals("later", CoreFixture.name(single.lastSend()));
    }

    @Test
    void aDrainABrokenWorldOrARefusalIsNoDeath() {
        gateway.add("b", 1, 4);
        gateway.add("b", 2, 4);
        long request = submit();
        Life first = gateway.livesOf(lastSendOf(request)).get(1);
        long world = gateway.worldBetween(a1, first);
        gateway.apply(gateway.core.worldBroken(a1, world, gateway.now));
        gateway.apply(gateway.core.worldBroken(first, world, gateway.now));
        Life second = gateway.livesOf(lastSendOf(request)).get(1);
        assertNotEquals(first, second);
        gateway.apply(gateway.core.refused(second, lastSendOf(request).request(), 2, "busy", gateway.now));
        gateway.after(GatewayCore.SUSPENSION);
        assertEquals(3, sendsOf(request));
        long other = submit();
        assertEquals(1, sendsOf(other), "nothing is kept for the first");
        gateway.retire(second);
        gateway.after(Duration.ofSeconds(6));
        gateway.lose(second);
        assertEquals(
                ErrorCode.ATTEMPTS_EXHAUSTED, gateway.errorOf(request), "three attempts, none of which a death ended");
    }

    @Test
    void aLifeThatAttachesAgainHadNotDied() {
        gateway.add("b", 1, 4);
        long request = submit();
        for (int i = 0; i < 2; i++) {
            Life victim = gateway.livesOf(lastSendOf(request)).get(1);
            gateway.lose(victim);
            acknowledgeCancels();
            gateway.attach(victim);
            assertEquals(2 + i, sendsOf(request));
        }
        assertEquals(1, sendsOf(submit()), "it does not travel alone");
    }

    @Test
    void manyReplicasOfOnePathAreOneDeath() {
        Life b1 = gateway.add("b", 1, 4);
        long request = submit();
        gateway.add("a", 2, 4);
        gateway.add("b", 2, 4);
        gateway.lose(a1);
        Life second = gateway.livesOf(lastSendOf(request)).get(1);
        gateway.lose(b1);
        gateway.add("b", 3, 4);
        gateway.lose(second);
        assertFalse(gateway.outcomes.containsKey(request));
        gateway.add("b", 4, 4);
        gateway.add("a", 3, 4);
        gateway.answer(lastSendOf(request));
        assertEquals("answer to w" + request, gateway.answerOf(request));
    }

    @Test
    void manyAttemptsOnOneReplicaAreOneDeath() {
        Life b1 = gateway.add("b", 1, 4);
        gateway.add("a", 2, 4);
        gateway.add("a", 3, 4);
        long request = submit();
        for (int attempt = 2; attempt <= 3; attempt++) {
            Effect.Send send = lastSendOf(request);
            Life a = gateway.livesOf(send).get(0);
            gateway.apply(gateway.core.worldBroken(a, send.path().get(1), gateway.now));
            assertEquals(attempt, sendsOf(request), "over another world of the replica that is dying");
        }
        gateway.lose(b1);
        acknowledgeCancels();
        assertFalse(gateway.outcomes.containsKey(request));
        gateway.add("b", 2, 4);
        assertEquals(4, sendsOf(request));
        for (int i = 0; i < 11; i++) {
            gateway.submit("other");
        }
        assertTrue(gateway.inFlightAt(gateway.livesOf(lastSendOf(request)).get(1)) > 1, "it does not travel alone");
    }

    @Test
    void itIsNotSentOnBeforeTheThirdDeathIsKnownOrRuledOut() {
        gateway.add("b", 1, 4);
        long poison = suspected();
        Effect.Send third = lastSendOf(poison);
        Life victim = gateway.livesOf(third).get(1);
        gateway.add("b", 7, 4);
        gateway.apply(gateway.core.worldBroken(a1, third.path().get(1), gateway.now));
        acknowledgeCancelsOf(a1);
        assertEquals(3, sendsOf(poison), "its last replica may be dead");
        gateway.lose(victim);
        assertEquals(3, sendsOf(poison));
        assertEquals(ErrorCode.POISONED_REQUEST, gateway.errorOf(poison));
    }

    @Test
    void aRuledOutDeathLetsItTravelOn() {
        gateway.add("b", 1, 4);
        long suspect = suspected();
        Effect.Send third = lastSendOf(suspect);
        Life other = gateway.livesOf(third).get(1);
        gateway.add("b", 7, 4);
        gateway.apply(gateway.core.worldBroken(a1, third.path().get(1), gateway.now));
        acknowledgeCancelsOf(a1);
        assertEquals(3, sendsOf(suspect));
        gateway.apply(gateway.core.worldBroken(other, third.path().get(1), gateway.now));
        acknowledgeCancels();
        assertEquals(4, sendsOf(suspect));
        gateway.answer(lastSendOf(suspect));
        assertEquals("answer to w" + suspect, gateway.answerOf(suspect));
    }

    @Test
    void aSecondDeathThatIsOnlyLikelyIsEnoughToTravelAlone() {
        gateway.add("b", 1, 4);
        long poison = submit();
        killUnder(poison, 2);
        acknowledgeCancels();
        long bystander = submit();
        Effect.Send second = lastSendOf(poison);
        gateway.add("b", 3, 4);
        gateway.apply(gateway.core.worldBroken(a1, second.path().get(1), gateway.now));
        assertEquals(2, sendsOf(poison), "its replicas are not idle yet");
        acknowledgeCancelsOf(a1);
        assertEquals(3, sendsOf(poison));
        assertEquals(1, sendsOf(bystander), "the only way is kept");
        gateway.answer(lastSendOf(poison));
        assertEquals(2, sendsOf(bystander));
        assertEquals(1, sendsOf(submit()), "one death at most: the bystander shares its replicas");
    }

    private void acknowledgeCancelsOf(Life life) {
        gateway.cancels.stream()
                .filter(cancel -> cancel.replica().equals(life))
                .toList()
                .forEach(cancel -> gateway.apply(
                        gateway.core.cancelAcknowledged(life, cancel.request(), cancel.attempt(), gateway.now)));
    }

    @Test
    void replicasOfASupersededLoneAttemptStayFreeOfOthersUntilTheyLetGo() {
        gateway.add("b", 1, 4);
        long suspect = suspected();
        gateway.apply(gateway.core.cancel(suspect, gateway.now));
        long other = submit();
        assertEquals(0, sendsOf(other), "the lone attempt may still be there");
        acknowledgeCancels();
        assertEquals(1, sendsOf(other));
    }

    @Test
    void deathsDoNotUseUpAttempts() {
        gateway.add("b", 1, 4);
        long bystander = suspected();
        for (int attempt = 3; attempt <= 4; attempt++) {
            Effect.Send send = lastSendOf(bystander);
            assertEquals(attempt, send.attempt());
            Life b = gateway.livesOf(send).get(1);
            gateway.apply(gateway.core.refused(b, send.request(), attempt, "busy", gateway.now));
            gateway.after(GatewayCore.SUSPENSION);
        }
        assertEquals(5, lastSendOf(bystander).attempt(), "three attempts, and two that deaths ended");
        Effect.Send last = lastSendOf(bystander);
        gateway.apply(gateway.core.refused(gateway.livesOf(last).get(1), last.request(), 5, "busy", gateway.now));
        assertEquals(ErrorCode.ATTEMPTS_EXHAUSTED, gateway.errorOf(bystander));
    }

    @Test
    void whereOneAttemptIsAllowedADeathIsTheEnd() {
        GatewayOptions once = new GatewayOptions(
                CoreFixture.GATEWAY,
                "embed",
                List.of("a"),
                4,
                1_000,
                1,
                Duration.ofSeconds(30),
                Duration.ofSeconds(5),
                GatewayOptions.Memory.DEFAULT);
        CoreFixture single = new CoreFixture(once, 7);
        single.add("a", 1, 4);
        single.add("a", 2, 4);
        long waiter = single.submit("x");
        single.lose(single.livesOf(single.lastSend()).get(0));
        assertEquals(1, single.sends.size());
        assertEquals(ErrorCode.ATTEMPTS_EXHAUSTED, single.errorOf(waiter));
    }

    @Test
    void theDeadlineSaysWhatItWaitedFor() {
        gateway.add("b", 1, 4);
        long suspect = submit();
        killUnder(suspect, 2);
        Life b2 = gateway.livesOf(lastSendOf(suspect)).get(1);
        gateway.lose(b2);
        gateway.after(Duration.ofSeconds(31));
        assertTrue(
                gateway.messageOf(suspect).contains("waiting for replicas that have nothing else, as it travels alone"),
                gateway.messageOf(suspect));
    }
}
