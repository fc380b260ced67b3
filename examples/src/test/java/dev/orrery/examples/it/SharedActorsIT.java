package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.ActorRef;
import dev.orrery.error.ActorDeadException;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.error.StartFailedException;
import dev.orrery.examples.cluster.LocalClusterOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Many small actors in few workers. */
class SharedActorsIT extends ClusterScenario {
    private static final int MANY = 120;
    private static final int STARTERS = 8;

    @Override
    LocalClusterOptions.Builder options() {
        return super.options().nodes("node-1");
    }

    @Override
    Pattern expectedErrors() {
        return Pattern.compile("cannot start at -1");
    }

    private ActorRef<Counter> start(int first, int restarts) {
        return orrery().actor(Counter::new, first)
                .shareable()
                .restarts(restarts)
                .start();
    }

    private List<ActorRef<Counter>> startMany() throws Exception {
        List<CompletableFuture<List<ActorRef<Counter>>>> starters = new ArrayList<>();
        for (int starter = 0; starter < STARTERS; starter++) {
            int from = starter * MANY / STARTERS;
            int to = (starter + 1) * MANY / STARTERS;
            starters.add(CompletableFuture.supplyAsync(
                    () -> IntStream.range(from, to).mapToObj(i -> start(i, 0)).toList(),
                    work -> new Thread(work, "starter").start()));
        }
        List<ActorRef<Counter>> started = new ArrayList<>();
        for (CompletableFuture<List<ActorRef<Counter>>> starter : starters) {
            started.addAll(get(starter));
        }
        return started;
    }

    private static Set<Long> pids(List<ActorRef<Counter>> actors) {
        return actors.stream().map(actor -> actor.status().pid()).collect(Collectors.toSet());
    }

    @Test
    void manyLiveInOneProcessAndEachHasItsState() throws Exception {
        List<ActorRef<Counter>> counters = startMany();
        assertEquals(1, pids(counters).size());
        List<CompletableFuture<Integer>> calls = new ArrayList<>();
        for (int round = 1; round <= 3; round++) {
            for (ActorRef<Counter> counter : counters) {
                calls.add(counter.call(Counter::increment, 1));
            }
        }
        for (int i = 0; i < calls.size(); i++) {
            assertEquals(i % MANY + i / MANY + 1, get(calls.get(i)));
        }
        ActorRef<Counter> first = counters.remove(0);
        first.kill();
        assertInstanceOf(ActorDeadException.class, error(first.call(Counter::increment, 1)));
        assertEquals(5, get(counters.get(0).call(Counter::increment, 1)));
        counters.forEach(ActorRef::kill);
    }

    @Test
    void aWorkerThatIsKilledEndsALifeOfEach() throws Exception {
        ActorRef<Counter> phoenix = start(1, 3);
        ActorRef<Counter> mortal = start(2, 0);
        assertEquals(2, get(phoenix.call(Counter::increment, 1)));
        assertEquals(3, get(mortal.call(Counter::increment, 1)));
        long before = phoenix.status().pid();
        assertEquals(before, mortal.status().pid());
        kill(phoenix);
        OrreryException dead = error(mortal.call(Counter::increment, 1));
        assertInstanceOf(ActorDeadException.class, dead);
        assertTrue(dead.getMessage().contains("signal 9"), dead.getMessage());
        assertEquals(2, get(phoenix.call(Counter::increment, 1)), "it begins anew");
        assertNotEquals(before, phoenix.status().pid());
        phoenix.kill();
    }

    @Test
    void oneThatDoesNotStartSaysWhyAndDisturbsNobody() throws Exception {
        ActorRef<Counter> there = start(1, 0);
        StartFailedException failed = assertThrows(StartFailedException.class, () -> start(-1, 0));
        assertTrue(failed.getMessage().contains("cannot start at -1"), failed.getMessage());
        assertEquals(2, get(there.call(Counter::increment, 1)));
        there.kill();
    }

    @Test
    void theyStartOthersAndReferencesTravel() throws Exception {
        ActorRef<Counter> counter = start(1, 0);
        ActorRef<Crew> crew =
                orrery().actor(Crew::new).name("shared-crew").shareable().start();
        assertEquals(6, get(crew.call(Crew::addToEach, List.of(counter), 5)));
        ActorRef<Counter> hired = get(crew.call(Crew::hire, "hired-by-shared", 100));
        assertEquals(101, get(hired.call(Counter::increment, 1)));
        crew.kill();
        cluster()
                .await(
                        "what it started to end",
                        view -> view.getActorsList().stream()
                                .filter(actor -> actor.getLife().getActor().equals(hired.id()))
                                .allMatch(actor -> actor.getState().equals("DEAD")),
                        PATIENCE);
        counter.kill();
    }

    @Test
    void whatCannotBeSharedIsRefused() {
        OrreryException refused = assertThrows(
                OrreryException.class,
                () -> orrery().actor(Counter::new, 1).shareable().gpus(1).start());
        assertEquals(ErrorCode.INVALID_ARGUMENT, refused.code());
        assertTrue(refused.getMessage().contains("shareable"), refused.getMessage());
    }

    @Test
    void aHeadThatDiesEndsNone() throws Exception {
        ActorRef<Counter> counter = start(1, 0);
        long pid = counter.status().pid();
        // Where it is, the leader tells at the first call.
        assertEquals(2, get(counter.call(Counter::increment, 1)));
        cluster().killHead();
        assertEquals(3, get(counter.call(Counter::increment, 1)));
        cluster().startHead();
        cluster().await("a leader", view -> view.getNodesCount() == 1, PATIENCE);
        ActorRef<Counter> next = start(5, 0);
        assertEquals(pid, next.status().pid(), "the worker is known to the next leader");
        assertEquals(4, get(counter.call(Counter::increment, 1)));
        counter.kill();
        next.kill();
    }
}
