package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.ActorRef;
import dev.orrery.Orrery;
import dev.orrery.OrreryOptions;
import dev.orrery.error.AlreadyExistsException;
import dev.orrery.error.NotFoundException;
import dev.orrery.internal.proto.ActorView;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two teams with the same program, the same names, and one cluster. */
class NamespacesIT extends ClusterScenario {
    private Orrery team(String namespace) {
        return Orrery.connect(OrreryOptions.parse(cluster().address()).toBuilder()
                .secretFile(cluster().secretFile())
                .namespace(namespace)
                .build());
    }

    private static ActorRef<Counter> counter(Orrery team, int start) {
        return team.actor(Counter::new, start).name("counter").cpus(0.1).start();
    }

    /** Of those that live, by id. */
    private Map<String, String> namespaces() {
        return cluster().observer().cluster(PATIENCE).getActorsList().stream()
                .filter(actor ->
                        actor.getState().equals("ALIVE") && actor.getName().equals("counter"))
                .collect(Collectors.toMap(actor -> actor.getLife().getActor(), ActorView::getNamespace));
    }

    @Test
    void twoTeamsWithTheSameNamesDoNotMeet() throws Exception {
        try (Orrery first = team("team-a");
                Orrery second = team("team-b")) {
            ActorRef<Counter> ofFirst = counter(first, 10);
            ActorRef<Counter> ofSecond = counter(second, 20);
            assertEquals(11, get(first.actor("counter", Counter.class).call(Counter::increment, 1)));
            assertEquals(21, get(second.actor("counter", Counter.class).call(Counter::increment, 1)));
            assertEquals("team-b", ofSecond.status().namespace());
            assertEquals(Map.of(ofFirst.id(), "team-a", ofSecond.id(), "team-b"), namespaces());

            // Each says where it looks; who asks by name may look elsewhere.
            assertEquals(ofSecond, first.actorIn("team-b", "counter", Counter.class));
            NotFoundException unknown =
                    assertThrows(NotFoundException.class, () -> orrery().actor("counter", Counter.class));
            assertTrue(unknown.getMessage().contains("in namespace 'default'"), unknown.getMessage());
            assertTrue(unknown.getMessage().contains("'team-a'"), unknown.getMessage());
            AlreadyExistsException taken = assertThrows(AlreadyExistsException.class, () -> counter(first, 1));
            assertTrue(taken.getMessage().startsWith("actor 'counter' of namespace 'team-a'"), taken.getMessage());

            // What actors and tasks start and find is where they are.
            ActorRef<Crew> crew = second.actor(Crew::new).name("crew").cpus(0.1).start();
            ActorRef<Counter> hired = get(crew.call(Crew::hire, "hired", 100));
            assertEquals(hired, second.actor("hired", Counter.class));
            assertThrows(NotFoundException.class, () -> first.actor("hired", Counter.class));
            assertEquals(
                    21, get(second.task(Chores::readByName, "counter").submit().toFuture()));
            assertEquals(
                    11, get(first.task(Chores::readByName, "counter").submit().toFuture()));

            ofSecond.kill();
            assertEquals(12, get(ofFirst.call(Counter::increment, 1)), "another one's end");
        }
    }

    @Test
    @Tag("full")
    void anActorOfAnotherNamespaceIsFoundThereAlsoByTheNextHead() throws Exception {
        ActorRef<Counter> guest = orrery().actor(Counter::new, 1)
                .name("guest")
                .namespace("team-c")
                .cpus(0.1)
                .start();
        ActorRef<Counter> own =
                orrery().actor(Counter::new, 2).name("guest").cpus(0.1).start();
        assertNotEquals(own, guest);
        cluster().killHead();
        cluster().startHead();
        assertEquals(guest, orrery().actorIn("team-c", "guest", Counter.class));
        assertEquals(own, orrery().actor("guest", Counter.class));
        assertEquals("guest " + guest.id() + "#1", get(guest.call(Counter::identity)));
        guest.kill();
        ActorRef<Counter> next = orrery().actor(Counter::new, 3)
                .name("guest")
                .namespace("team-c")
                .cpus(0.1)
                .start();
        assertEquals(3, get(next.call(Counter::read)).value());
        next.kill();
        own.kill();
    }
}
