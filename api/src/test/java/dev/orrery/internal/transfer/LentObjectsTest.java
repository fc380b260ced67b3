package dev.orrery.internal.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.store.KeptValue;
import dev.orrery.testing.TestingConnection;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class LentObjectsTest {
    private final LentObjects lent = new LentObjects();
    private final TestingConnection one = new TestingConnection(PeerRole.WORKER, "one");
    private final TestingConnection other = new TestingConnection(PeerRole.WORKER, "other");
    private final Shared object = new Shared();

    private static final class Shared implements SharedObject {
        private int holders;
        private boolean gone;

        @Override
        public String id() {
            return "job-1";
        }

        @Override
        public CompletableFuture<KeptValue> arrival() {
            return new CompletableFuture<>();
        }

        @Override
        public CompletableFuture<KeptValue> arrivalAfter(KeptValue lost) {
            return arrival();
        }

        @Override
        public boolean hold() {
            if (!gone) {
                holders++;
            }
            return !gone;
        }

        @Override
        public void letGo() {
            holders--;
        }
    }

    @Test
    void itIsHeldOnceForAllValuesThatReferToIt() {
        Hold first = lent.lend(object).orElseThrow();
        Hold second = lent.lend(object).orElseThrow();
        assertEquals(1, object.holders);
        first.letGo();
        first.letGo();
        assertEquals(1, object.holders, "once for each value");
        second.letGo();
        assertEquals(0, object.holders);
        assertEquals(Optional.empty(), lent.find("job-1"));
    }

    @Test
    void whoBorrowedItKeepsItUntilHeReturnsItAsOften() {
        Hold value = lent.lend(object).orElseThrow();
        assertTrue(lent.borrow(one, "job-1"));
        assertTrue(lent.borrow(one, "job-1"));
        assertTrue(lent.borrow(other, "job-1"));
        value.letGo();
        lent.giveBack(one, "job-1");
        lent.giveBack(other, "job-1");
        assertEquals(1, object.holders);
        lent.giveBack(one, "job-1");
        assertEquals(0, object.holders);
        assertFalse(lent.borrow(one, "job-1"), "it is gone");
    }

    @Test
    void whoEndsReturnsAll() {
        Hold value = lent.lend(object).orElseThrow();
        lent.borrow(one, "job-1");
        lent.borrow(one, "job-1");
        value.letGo();
        lent.left(other);
        assertEquals(1, object.holders);
        lent.left(one);
        assertEquals(0, object.holders);
    }

    @Test
    void whatIsGoneIsNotLent() {
        object.gone = true;
        assertTrue(lent.lend(object).isEmpty());
        assertTrue(lent.lendAgain("job-1").isEmpty());
        assertFalse(lent.borrow(one, "job-1"));
    }

    @Test
    void aReferenceThatComesHomeFindsIt() {
        Hold value = lent.lend(object).orElseThrow();
        Hold again = lent.lendAgain("job-1").orElseThrow();
        value.letGo();
        assertEquals(Optional.of(object), lent.find("job-1"));
        again.letGo();
        assertEquals(0, object.holders);
    }

    @Test
    void itTellsWhenNothingIsLentAnyMore() {
        assertTrue(lent.whenNothingIsLent().isDone());
        Hold value = lent.lend(object).orElseThrow();
        CompletableFuture<Void> end = lent.whenNothingIsLent();
        lent.borrow(one, "job-1");
        value.letGo();
        assertFalse(end.isDone());
        lent.left(one);
        assertTrue(end.isDone());
        assertTrue(lent.whenNothingIsLent().isDone());
    }
}
