package dev.orrery.head.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.AlreadyExistsException;
import dev.orrery.error.NotFoundException;
import dev.orrery.head.control.TestingStore.Fate;
import dev.orrery.head.store.RecordKey;
import dev.orrery.head.store.RecordKey.NamespaceKey;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Actors of one name in several namespaces, also when the leader ends at any single write. */
class NamespaceFlowTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final TestingCluster cluster = new TestingCluster().node("node-a", 4000);
    private final TestingDriver driver = new TestingDriver(cluster, "");

    private void led() {
        cluster.changeLeader();
        cluster.advance(Duration.ofSeconds(1));
    }

    private Set<RecordKey> namespaces() {
        return cluster.store.records().keySet().stream()
                .filter(NamespaceKey.class::isInstance)
                .collect(Collectors.toSet());
    }

    private String found(String namespace, String name) {
        return driver.namedIn(namespace, name).getLife().getActor();
    }

    private void live() {
        String own = driver.start("counter");
        String theirs = driver.startIn("team-b", "counter");
        String another = driver.startIn("team-b", "other");
        assertEquals(Set.of(new NamespaceKey("team-b")), namespaces());
        assertEquals(own, found("default", "counter"));
        assertEquals(own, found("", "counter"), "who names none means the default one");
        assertEquals(theirs, found("team-b", "counter"));
        assertEquals("team-b", driver.actor(theirs).getNamespace());
        assertEquals("default", driver.actor(own).getNamespace());
        cluster.changeLeader();
        cluster.advance(Duration.ofSeconds(1));
        driver.kill(theirs);
        assertEquals(own, found("default", "counter"));
        String next = driver.startIn("team-b", "counter");
        assertEquals(next, found("team-b", "counter"));
        driver.kill(next);
        driver.kill(another);
        cluster.await("the namespace goes with its last name", LIMIT, () -> namespaces()
                .isEmpty());
        String again = driver.startIn("team-b", "counter");
        assertEquals(again, found("team-b", "counter"));
        driver.kill(again);
        driver.kill(own);
        cluster.await("no name is left", LIMIT, () -> cluster.store.records().keySet().stream()
                .noneMatch(key -> key instanceof RecordKey.NameKey || key instanceof NamespaceKey));
    }

    @Test
    void oneNameIsGivenInEachNamespace() {
        led();
        live();
    }

    @Test
    void aTakenOrUnknownNameIsToldWithItsNamespace() {
        led();
        driver.startIn("team-b", "counter");
        Throwable taken = assertThrows(CompletionException.class, () -> driver.startIn("team-b", "counter"))
                .getCause();
        assertTrue(taken instanceof AlreadyExistsException, taken::toString);
        assertTrue(
                taken.getMessage().startsWith("actor 'counter' of namespace 'team-b' is there already"),
                taken.getMessage());
        Throwable unknown = assertThrows(CompletionException.class, () -> driver.namedIn("team-a", "counter"))
                .getCause();
        assertTrue(unknown instanceof NotFoundException, unknown::toString);
        assertTrue(
                unknown.getMessage()
                        .startsWith("no actor is called 'counter' in namespace 'team-a'; no actor has a name there;"
                                + " one is in namespace 'team-b'"),
                unknown.getMessage());
    }

    @Test
    void aLeaderThatEndsAtAnyWriteLosesAndLeavesNone() {
        NamespaceFlowTest whole = new NamespaceFlowTest();
        whole.led();
        whole.live();
        for (Fate fate : List.of(Fate.CRASH_BEFORE, Fate.CRASH_AFTER, Fate.UNANSWERED)) {
            EachCommit.of(whole.cluster.store.commits(), commit -> {
                NamespaceFlowTest run = new NamespaceFlowTest();
                run.cluster.store.fates(number -> number == commit ? fate : Fate.DONE);
                run.led();
                run.live();
            });
        }
    }
}
