package dev.orrery.internal.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.internal.proto.OpenObjectResponse;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.testing.TestingConnection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class HostCopiesTest {
    private static final String NAME = "v1";
    private static final String HOST = "host-b";

    private final HostCopies copies = new HostCopies();
    private final TestingConnection first = new TestingConnection(PeerRole.WORKER, "first");
    private final TestingConnection second = new TestingConnection(PeerRole.WORKER, "second");
    private final TestingConnection third = new TestingConnection(PeerRole.WORKER, "third");

    private Optional<HostCopies.Answer> open(String host, TestingConnection caller) {
        return copies.open(NAME, host, caller, new CompletableFuture<>());
    }

    private static void assertFetches(TestingConnection expected, List<HostCopies.Answer> answers) {
        assertEquals(1, answers.size());
        assertEquals(expected, answers.get(0).caller());
        assertEquals("", answers.get(0).copy());
    }

    @Test
    void oneOfAHostFetchesItAndTheOthersGetItsCopy() {
        assertFetches(first, open(HOST, first).stream().toList());
        CompletableFuture<OpenObjectResponse> waiting = new CompletableFuture<>();
        assertTrue(copies.open(NAME, HOST, second, waiting).isEmpty());
        List<HostCopies.Answer> answers = copies.copied(NAME, first, "/there");
        assertEquals(1, answers.size());
        assertTrue(answers.get(0).give());
        assertEquals("/there", waiting.join().getCopy());
        assertEquals("/there", open(HOST, third).orElseThrow().copy(), "who comes later finds it there");
    }

    @Test
    void otherHostsFetchItThemselves() {
        open(HOST, first);
        assertFetches(second, open("host-c", second).stream().toList());
    }

    @Test
    void whoWantsTheBytesIsNotKeptWaiting() {
        open(HOST, first);
        assertFetches(second, open("", second).stream().toList());
        assertTrue(copies.gaveUp(NAME, second).isEmpty());
    }

    @Test
    void theNextFetchesItWhenTheFirstGivesUp() {
        open(HOST, first);
        open(HOST, second);
        open(HOST, third);
        assertFetches(second, copies.gaveUp(NAME, first));
        assertTrue(copies.copied(NAME, first, "/late").isEmpty(), "it is not its turn any more");
        assertEquals(1, copies.copied(NAME, second, "/there").size());
        assertTrue(copies.gaveUp(NAME, second).isEmpty(), "nobody waits");
        assertFetches(first, open(HOST, first).stream().toList());
    }

    @Test
    void theNextFetchesItWhenTheFirstEnds() {
        open(HOST, first);
        open(HOST, second);
        open(HOST, third);
        assertTrue(copies.left(second).isEmpty(), "it only waited");
        assertFetches(third, copies.left(first));
    }

    @Test
    void whoDoesNotWaitAnyMoreIsNotGivenAnAnswer() {
        CompletableFuture<OpenObjectResponse> waiting = new CompletableFuture<>();
        open(HOST, first);
        copies.open(NAME, HOST, second, waiting);
        waiting.cancel(false);
        List<HostCopies.Answer> answers = copies.gaveUp(NAME, first);
        assertFetches(second, answers);
        assertFalse(answers.get(0).give());
        assertTrue(copies.gaveUp(NAME, second).isEmpty());
        assertFetches(third, open(HOST, third).stream().toList());
    }

    @Test
    void whatIsForgottenIsToldToAllWhoOpenedIt() {
        open(HOST, first);
        open(HOST, second);
        open("host-c", third);
        HostCopies.Forgotten forgotten = copies.forget(NAME);
        assertEquals(Set.of(first, second, third), forgotten.openers());
        assertEquals(1, forgotten.waiting().size());
        assertTrue(copies.forget(NAME).openers().isEmpty());
    }

    @Test
    void nothingIsLeftOfWhoHasEnded() {
        open(HOST, first);
        copies.left(first);
        assertTrue(copies.forget(NAME).openers().isEmpty());
    }
}
