package dev.orrery.worker.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.SaveCheckpointRequest;
import dev.orrery.internal.proto.SaveCheckpointResponse;
import dev.orrery.internal.proto.Value;
import dev.orrery.testing.ManualTimers;
import dev.orrery.testing.TestingClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** Which states are sent, and who is told when. */
class CheckpointSavesTest {
    private static final ActorLife ME =
            ActorLife.newBuilder().setActor("me").setIncarnation(3).build();

    private final TestingClock clock = new TestingClock();
    private final ManualTimers timers = new ManualTimers(clock);
    private final Deque<CompletableFuture<SaveCheckpointResponse>> open = new ArrayDeque<>();
    private final List<Long> sent = new ArrayList<>();
    private final CheckpointSaves saves = new CheckpointSaves(ME, this::ask, clock, timers);

    private CompletableFuture<SaveCheckpointResponse> ask(SaveCheckpointRequest request) {
        assertEquals(ME, request.getLife());
        sent.add(request.getNumber());
        open.add(new CompletableFuture<>());
        return open.getLast();
    }

    private CompletableFuture<Void> offer(long number) {
        return saves.offer(number, Value.newBuilder().setNothing(true).build());
    }

    private CompletableFuture<Void> next() {
        return offer(saves.begin());
    }

    private void save() {
        open.remove().complete(SaveCheckpointResponse.getDefaultInstance());
    }

    private void refuse(ErrorCode code) {
        open.remove().completeExceptionally(OrreryException.of(code, "no"));
    }

    private static ErrorCode code(CompletableFuture<Void> failed) {
        Throwable cause = assertThrows(CompletionException.class, failed::join).getCause();
        return ((OrreryException) cause).code();
    }

    @Test
    void oneIsOnItsWayAndTheNewestNext() {
        CompletableFuture<Void> one = next();
        CompletableFuture<Void> two = next();
        CompletableFuture<Void> three = next();
        assertEquals(List.of(1L), sent);
        assertEquals(3, saves.waiting());
        save();
        assertTrue(one.isDone());
        assertFalse(two.isDone() || three.isDone());
        assertEquals(List.of(1L, 3L), sent);
        save();
        assertTrue(two.isDone() && three.isDone());
        assertEquals(0, saves.waiting());
    }

    @Test
    void aStateThatALaterOneHasOvertakenIsNotSent() {
        long slow = saves.begin();
        CompletableFuture<Void> later = next();
        CompletableFuture<Void> overtaken = offer(slow);
        assertFalse(overtaken.isDone());
        save();
        assertTrue(later.isDone() && overtaken.isDone());
        assertEquals(List.of(2L), sent);
        long slower = saves.begin();
        CompletableFuture<Void> last = next();
        save();
        assertTrue(last.isDone());
        assertTrue(offer(slower).isDone(), "it is in what is saved");
        assertEquals(List.of(2L, 4L), sent);
    }

    @Test
    void whileNoLeaderIsThereItIsSentAgainAndTheNewestOfThem() {
        CompletableFuture<Void> one = next();
        CompletableFuture<Void> two = next();
        refuse(ErrorCode.UNAVAILABLE);
        CompletableFuture<Void> three = next();
        assertEquals(List.of(1L), sent, "not at once");
        timers.advance(Duration.ofMillis(200));
        assertEquals(List.of(1L, 3L), sent);
        refuse(ErrorCode.STORE_UNAVAILABLE);
        timers.advance(Duration.ofMillis(200));
        assertEquals(List.of(1L, 3L, 3L), sent);
        save();
        assertTrue(one.isDone() && two.isDone() && three.isDone());
        assertFalse(one.isCompletedExceptionally());
    }

    @Test
    void whoHasWaitedForLongIsToldAndNothingIsSentForNobody() {
        CompletableFuture<Void> early = next();
        clock.advance(CheckpointSaves.PATIENCE);
        CompletableFuture<Void> late = next();
        refuse(ErrorCode.DEADLINE_EXCEEDED);
        assertEquals(ErrorCode.CHECKPOINT_FAILED, code(early));
        assertFalse(late.isDone());
        timers.advance(Duration.ofMillis(200));
        assertEquals(List.of(1L, 2L), sent);
        clock.advance(CheckpointSaves.PATIENCE);
        refuse(ErrorCode.NOT_LEADER);
        assertEquals(ErrorCode.CHECKPOINT_FAILED, code(late));
        timers.advance(Duration.ofSeconds(10));
        assertEquals(List.of(1L, 2L), sent);
        CompletableFuture<Void> after = next();
        assertEquals(List.of(1L, 2L, 3L), sent);
        save();
        assertTrue(after.isDone());
    }

    @Test
    void whatIsRefusedForGoodFailsThoseThatItStandsForAndNoLaterOne() {
        CompletableFuture<Void> one = next();
        CompletableFuture<Void> two = next();
        refuse(ErrorCode.RESOURCE_EXHAUSTED);
        assertEquals(ErrorCode.CHECKPOINT_FAILED, code(one));
        assertFalse(two.isDone());
        refuse(ErrorCode.CHECKPOINT_TOO_LARGE);
        assertEquals(ErrorCode.CHECKPOINT_TOO_LARGE, code(two));
        assertEquals(List.of(1L, 2L), sent);
    }

    @Test
    void onceClosedNobodyWaits() {
        CompletableFuture<Void> one = next();
        CompletableFuture<Void> newest = saves.newest().orElseThrow();
        CompletableFuture<Void> all = saves.settled();
        assertFalse(all.isDone());
        saves.close();
        assertEquals(ErrorCode.CANCELLED, code(one));
        assertTrue(all.isDone() && newest.isDone());
        assertFalse(newest.isCompletedExceptionally());
        assertTrue(saves.newest().isEmpty());
        assertEquals(ErrorCode.CANCELLED, code(next()));
        save();
        assertEquals(List.of(1L), sent);
    }
}
