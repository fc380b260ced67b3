package dev.orrery.worker.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.StageMessageHeader;
import dev.orrery.tensor.Tensors;
import dev.orrery.testing.TestingWorlds;
import dev.orrery.worker.stage.StageInbox.Admission;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class StageInboxTest {
    private static final ActorLife GATEWAY = TestingWorlds.life("gateway");

    private final StageInbox inbox = new StageInbox(2);

    private static Delivery delivery(long request) {
        StageMessageHeader header = StageMessageHeader.newBuilder()
                .setGateway(GATEWAY)
                .setRequest(request)
                .setAttempt(1)
                .build();
        return new Delivery(header, Tensors.builder().build(), 0);
    }

    private static AttemptKey key(long request) {
        return new AttemptKey(GATEWAY, request, 1);
    }

    @Test
    void handsOutInOrder() throws Exception {
        inbox.offer(delivery(1));
        inbox.offer(delivery(2));
        assertEquals(key(1), inbox.take().orElseThrow().key());
        assertEquals(key(2), inbox.take().orElseThrow().key());
    }

    @Test
    void whatWaitsIsDroppedByACancel() throws Exception {
        inbox.offer(delivery(1));
        inbox.offer(delivery(2));
        assertEquals(key(1), inbox.cancel(key(1)).dropped().orElseThrow().key());
        assertEquals(key(2), inbox.take().orElseThrow().key());
    }

    @Test
    void aCancelThatOvertakesItsMessageHolds() {
        assertTrue(inbox.cancel(key(1)).settled());
        assertEquals(Admission.CANCELLED, inbox.offer(delivery(1)));
        assertEquals(Admission.QUEUED, inbox.offer(delivery(2)));
    }

    @Test
    void theSameRequestOfAnotherGatewayOrAttemptIsAnother() {
        inbox.cancel(new AttemptKey(TestingWorlds.life("other"), 1, 1));
        inbox.cancel(new AttemptKey(GATEWAY, 1, 2));
        assertEquals(Admission.QUEUED, inbox.offer(delivery(1)));
    }

    @Test
    void earlyCancelsAreForgottenInTheEnd() {
        inbox.cancel(key(1));
        for (long request = 2; request < 6_000; request++) {
            inbox.cancel(key(request));
        }
        assertEquals(Admission.QUEUED, inbox.offer(delivery(1)));
        assertEquals(Admission.CANCELLED, inbox.offer(delivery(5_999)));
    }

    @Test
    void aFullInboxResumesItsSendersOnceThereIsRoom() throws Exception {
        AtomicInteger resumed = new AtomicInteger();
        inbox.offer(delivery(1));
        assertFalse(inbox.awaitRoom(resumed::incrementAndGet));
        inbox.offer(delivery(2));
        assertTrue(inbox.awaitRoom(resumed::incrementAndGet));
        assertEquals(0, resumed.get());
        inbox.take();
        inbox.take();
        assertEquals(1, resumed.get());
    }

    @Test
    void closedItHandsOutTheRestAndThenEnds() throws Exception {
        inbox.offer(delivery(1));
        inbox.close();
        assertEquals(Admission.CLOSED, inbox.offer(delivery(2)));
        assertEquals(key(1), inbox.take().orElseThrow().key());
        assertEquals(Optional.empty(), inbox.take());
    }
}
