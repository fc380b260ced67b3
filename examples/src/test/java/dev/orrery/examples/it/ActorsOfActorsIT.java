package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.orrery.ActorRef;
import dev.orrery.examples.cluster.LocalClusterOptions;
import dev.orrery.internal.proto.ClusterView;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Actors that start others and call them; references in arguments and results. */
class ActorsOfActorsIT extends ClusterScenario {
    private static final Duration LEASE = Duration.ofSeconds(3);

    @Override
    LocalClusterOptions.Builder options() {
        return super.options().head("job.lease", LEASE.toSeconds() + "s");
    }

    private ActorRef<Crew> crew(String name) {
        return orrery().actor(Crew::new).name(name).cpus(0.1).start();
    }

    private void awaitDead(ActorRef<?> actor) {
        cluster().await("actor " + actor + " to be DEAD", view -> isDead(view, actor.id()), PATIENCE);
    }

    private static boolean isDead(ClusterView view, String actor) {
        return view.getActorsList().stream()
                .filter(found -> found.getLife().getActor().equals(actor))
                .allMatch(found -> found.getState().equals("DEAD"));
    }

    @Test
    void referencesTravelInArgumentsAndResults() throws Exception {
        ActorRef<Counter> first = orrery().actor(Counter::new, 1).cpus(0.1).start();
        ActorRef<Counter> second =
                orrery().actor(Counter::new, 2).name("second").cpus(0.1).start();
        ActorRef<Crew> crew = crew("callers");
        assertEquals(1 + 5 + 2 + 5, get(crew.call(Crew::addToEach, List.of(first, second), 5)));
        assertEquals(7, get(second.call(Counter::read)).value());
        ActorRef<Counter> hired = get(crew.call(Crew::hire, "hired", 100));
        assertEquals("hired", hired.name().orElseThrow());
        assertEquals(101, get(hired.call(Counter::increment, 1)));
        assertEquals(hired, orrery().actor("hired", Counter.class));
        assertNotEquals(orrery().job(), get(crew.call(Crew::job)));
        crew.kill();
        first.kill();
        second.kill();
    }

    @Test
    void whatAnActorStartedEndsWithIt() throws Exception {
        ActorRef<Crew> crew = crew("killed");
        ActorRef<Counter> hired = get(crew.call(Crew::hire, "of-killed", 1));
        crew.kill();
        awaitDead(hired);
        ActorRef<Crew> crashed = crew("crashed");
        ActorRef<Counter> left = get(crashed.call(Crew::hire, "of-crashed", 1));
        ProcessHandle.of(crashed.status().pid()).orElseThrow().destroyForcibly();
        awaitDead(left);
    }
}
