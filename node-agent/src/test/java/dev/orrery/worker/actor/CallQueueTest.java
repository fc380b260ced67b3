package dev.orrery.worker.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.orrery.internal.proto.ActorCallRequest;
import dev.orrery.internal.proto.Value;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.testing.TestingConnection;
import dev.orrery.worker.actor.CallQueue.Admission;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class CallQueueTest {
    private static final TestingConnection DRIVER = new TestingConnection(PeerRole.DRIVER, "driver");
    private static final long MANY_BYTES = 1 << 20;

    private static PendingCall call(int bytes) {
        return new PendingCall(
                DRIVER,
                ActorCallRequest.newBuilder()
                        .addArguments(Value.newBuilder().setObject(ByteString.copyFrom(new byte[bytes])))
                        .build());
    }

    @Test
    void callsComeOutInTheirOrder() throws Exception {
        CallQueue queue = new CallQueue(3, new QueuedBytes(MANY_BYTES), 1);
        List<PendingCall> calls = List.of(call(1), call(2), call(3));
        calls.forEach(queue::offer);
        for (PendingCall call : calls) {
            assertEquals(Optional.of(call), queue.take());
            queue.ended();
        }
    }

    @Test
    void noMoreBeginThanMayBeUnderWay() throws Exception {
        CallQueue queue = new CallQueue(10, new QueuedBytes(MANY_BYTES), 2);
        List<PendingCall> calls = List.of(call(1), call(2), call(3));
        calls.forEach(queue::offer);
        assertEquals(Optional.of(calls.get(0)), queue.take());
        assertEquals(Optional.of(calls.get(1)), queue.take());
        CompletableFuture<Optional<PendingCall>> third = new CompletableFuture<>();
        Thread taker = new Thread(() -> {
            try {
                third.complete(queue.take());
            } catch (InterruptedException e) {
                third.completeExceptionally(e);
            }
        });
        taker.start();
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> taker.getState() == Thread.State.WAITING);
        assertFalse(third.isDone());
        queue.ended();
        assertEquals(Optional.of(calls.get(2)), third.get(30, TimeUnit.SECONDS));
        taker.join();
    }

    @Test
    void aThreadIsWantedWhenAllOthersRunCallsAndOneMoreMayBegin() throws Exception {
        CallQueue queue = new CallQueue(10, new QueuedBytes(MANY_BYTES), 2);
        assertFalse(queue.wantsThread(), "the first waits");
        List.of(call(1), call(2), call(3)).forEach(queue::offer);
        queue.take();
        assertTrue(queue.wantsThread());
        assertFalse(queue.wantsThread(), "it is on its way");
        queue.take();
        assertFalse(queue.wantsThread(), "as many as may be are under way");
        queue.ended();
        queue.takeNext();
        queue.ended();
        assertTrue(queue.wantsThread(), "one call goes on without a thread, the other one has one");
        queue.close();
        assertFalse(queue.wantsThread());
    }

    @Test
    void oneMoreThanItTakesIsRefusedUntilOneIsTaken() throws Exception {
        CallQueue queue = new CallQueue(2, new QueuedBytes(MANY_BYTES), 1);
        assertEquals(Admission.QUEUED, queue.offer(call(1)));
        assertEquals(Admission.QUEUED, queue.offer(call(1)));
        assertEquals(Admission.FULL, queue.offer(call(1)));
        queue.take();
        assertEquals(Admission.QUEUED, queue.offer(call(1)));
    }

    @Test
    void bytesAreBoundedTooButALargeCallAloneIsTaken() throws Exception {
        CallQueue queue = new CallQueue(100, new QueuedBytes(1_000), 1);
        assertEquals(Admission.QUEUED, queue.offer(call(5_000)));
        assertEquals(Admission.FULL, queue.offer(call(1)));
        queue.take();
        assertEquals(Admission.QUEUED, queue.offer(call(600)));
        assertEquals(Admission.FULL, queue.offer(call(600)));
        assertEquals(Admission.QUEUED, queue.offer(call(100)));
    }

    @Test
    void aWithdrawnCallGivesItsRoomBack() throws Exception {
        CallQueue queue = new CallQueue(1, new QueuedBytes(MANY_BYTES), 1);
        PendingCall first = call(1);
        PendingCall second = call(1);
        queue.offer(first);
        queue.withdraw(first);
        queue.withdraw(first);
        assertEquals(Admission.QUEUED, queue.offer(second));
        assertEquals(Optional.of(second), queue.take());
    }

    @Test
    void onceClosedItTakesNothingAndGivesBackWhatWaits() throws Exception {
        CallQueue queue = new CallQueue(10, new QueuedBytes(MANY_BYTES), 1);
        PendingCall waiting = call(1);
        queue.offer(waiting);
        assertEquals(List.of(waiting), queue.close());
        assertEquals(Admission.CLOSED, queue.offer(call(1)));
        assertTrue(queue.take().isEmpty());
        assertEquals(List.of(), queue.close());
    }
}
