package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.ActorRef;
import dev.orrery.Orrery;
import dev.orrery.OrreryOptions;
import dev.orrery.error.ActorDeadException;
import dev.orrery.error.ActorFailedException;
import dev.orrery.error.AlreadyExistsException;
import dev.orrery.error.DoesNotFitException;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.NotFoundException;
import dev.orrery.error.OrreryException;
import dev.orrery.error.StartFailedException;
import dev.orrery.tensor.Tensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Plain actors in real workers: start, call, find, fail, die, kill. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ActorIT extends ClusterScenario {

    @Override
    Pattern expectedErrors() {
        return Pattern.compile("cannot start at -1");
    }

    private ActorRef<Counter> start(String name) {
        return orrery().actor(Counter::new, 10).name(name).cpus(0.1).start();
    }

    private Orrery anotherDriver() {
        return Orrery.connect(OrreryOptions.parse(cluster().address()).toBuilder()
                .secretFile(cluster().secretFile())
                .build());
    }

    @Test
    void methodsAreCalledInOrderOnOneThread() throws Exception {
        ActorRef<Counter> counter = start("ordered");
        List<CompletableFuture<Integer>> calls = new ArrayList<>();
        List<Integer> expected = new ArrayList<>();
        int sum = 10;
        for (int i = 0; i < 300; i++) {
            calls.add(counter.call(Counter::increment, i));
            expected.add(i);
            sum += i;
        }
        assertEquals(sum, get(calls.get(299)));
        Counter.Reading reading = get(counter.call(Counter::read));
        assertEquals(sum, reading.value());
        assertEquals(expected, reading.added());
        get(counter.call(Counter::reset));
        assertEquals(0, get(counter.call(Counter::read)).value());
        assertEquals("n7true0", get(counter.call(Counter::describe, "n", 7L, true, get(counter.call(Counter::read)))));
        assertEquals(6, get(counter.call(Counter.incrementTimes(3), 2)));
        assertEquals("ordered " + counter.id() + "#1", get(counter.call(Counter::identity)));
        counter.kill();
    }

    @Test
    void aDetachedOneIsFoundByNameOutlivesItsDriverAndItsNameIsFreeOnceItIsKilled() throws Exception {
        String id;
        try (Orrery first = anotherDriver()) {
            ActorRef<Counter> counter = first.actor(Counter::new, 1)
                    .name("shared")
                    .cpus(0.1)
                    .detached()
                    .start();
            id = counter.id();
            get(counter.call(Counter::increment, 1));
            assertThrows(AlreadyExistsException.class, () -> start("shared"));
        }
        ActorRef<Counter> found = orrery().actor("shared", Counter.class);
        assertEquals(id, found.id());
        assertEquals(5, get(found.call(Counter::increment, 3)));
        found.kill();
        found.kill();
        OrreryException dead = error(found.call(Counter::increment, 1));
        assertInstanceOf(ActorDeadException.class, dead);
        assertTrue(dead.getMessage().startsWith("killed"), dead.getMessage());
        assertThrows(ActorDeadException.class, () -> orrery().actor("shared", Counter.class));
        ActorRef<Counter> next = start("shared");
        assertEquals(11, get(next.call(Counter::increment, 1)));
        next.kill();
        assertThrows(NotFoundException.class, () -> orrery().actor("nobody", Counter.class));
    }

    @Test
    void whatTheUserThrowsOrCannotSendFailsThatCallOnly() throws Exception {
        ActorRef<Counter> counter = start("failing");
        OrreryException failed = error(counter.call(Counter::fail, "no more"));
        assertInstanceOf(ActorFailedException.class, failed);
        assertTrue(failed.getMessage().startsWith("java.lang.IllegalStateException: no more"), failed.getMessage());
        assertTrue(failed.failure().orElseThrow().stackTrace().contains("Counter.fail"));
        OrreryException result = error(counter.call(Counter::unserializable));
        assertEquals(ErrorCode.NOT_SERIALIZABLE, result.code(), result.getMessage());
        assertTrue(result.getMessage().contains("Thread"), result.getMessage());
        OrreryException argument = error(counter.call((Counter it, Object x) -> 1, new Thread()));
        assertEquals(ErrorCode.NOT_SERIALIZABLE, argument.code(), argument.getMessage());
        assertEquals(11, get(counter.call(Counter::increment, 1)), "it lives on");
        counter.kill();
    }

    @Test
    void whatOneAsksForWronglyIsToldInWords() throws Exception {
        ActorRef<Counter> counter = start("picky");
        OrreryException taken = assertThrows(AlreadyExistsException.class, () -> start("picky"));
        assertTrue(
                taken.getMessage()
                        .startsWith("actor 'picky' of namespace 'default' is there already (ALIVE); kill it first"),
                taken.getMessage());
        OrreryException unknown = assertThrows(NotFoundException.class, () -> orrery().actor("pickle", Counter.class));
        assertTrue(unknown.getMessage().contains("names there are: "), unknown.getMessage());
        assertTrue(unknown.getMessage().contains("picky"), unknown.getMessage());
        OrreryException name = assertThrows(OrreryException.class, () -> start("not a name"));
        assertEquals(ErrorCode.INVALID_ARGUMENT, name.code(), name.getMessage());
        OrreryException other = error(orrery().actor("picky", Talker.class).call(Talker::rank, "a world"));
        assertEquals(ErrorCode.INVALID_ARGUMENT, other.code(), other.getMessage());
        assertTrue(other.getMessage().contains("is not for this actor, a " + Counter.class.getName()));
        OrreryException silent = error(counter.call(Counter::failWithoutAWord));
        assertInstanceOf(ActorFailedException.class, silent);
        assertTrue(silent.getMessage().startsWith(Counter.Silent.class.getName()), silent.getMessage());
        assertEquals(Optional.empty(), Optional.ofNullable(get(counter.call(Counter::same, null))));
        Orrery closed = anotherDriver();
        ActorRef<Counter> held = closed.actor("picky", Counter.class);
        closed.close();
        assertEquals(
                ErrorCode.CANCELLED, error(held.call(Counter::increment, 1)).code());
        for (Runnable use : List.<Runnable>of(
                held::status, held::kill, () -> closed.world("w").members(held).form())) {
            OrreryException refused = assertThrows(OrreryException.class, use::run);
            assertEquals(ErrorCode.CANCELLED, refused.code(), refused.getMessage());
            assertTrue(refused.getMessage().contains("the client was closed"), refused.getMessage());
        }
        counter.kill();
    }

    @Test
    void tensorsTravelAsTheyAre() throws Exception {
        ActorRef<Counter> counter = start("tensors");
        try (Tensor numbers = Tensor.ofFloats(new float[] {1, 2, 3}, 3);
                Tensor doubled = get(counter.call(Counter::doubled, numbers))) {
            assertArrayEquals(new float[] {2, 4, 6}, doubled.toFloats());
        }
        counter.kill();
    }

    @Test
    void aKilledWorkerFailsTheCallInFlightAndAllLaterOnesWithHowItDied() throws Exception {
        ActorRef<Counter> counter = start("victim");
        assertEquals(11, get(counter.call(Counter::increment, 1)));
        CompletableFuture<Void> hanging = counter.call(Counter::hang);
        CompletableFuture<Integer> waiting = counter.call(Counter::increment, 1);
        long pid = counter.status().pid();
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        for (OrreryException failed : List.of(error(hanging), error(waiting))) {
            assertInstanceOf(ActorDeadException.class, failed);
            assertTrue(failed.getMessage().startsWith("signal"), failed.getMessage());
            assertTrue(failed.getMessage().contains("9"), failed.getMessage());
            assertTrue(failed.getMessage().contains("output.log"), failed.getMessage());
        }
        CompletableFuture<Integer> later = counter.call(Counter::increment, 1);
        assertTrue(later.isDone(), "at once");
        assertInstanceOf(ActorDeadException.class, error(later));
        assertEquals("DEAD", counter.status().state());
    }

    @Test
    void anActorThatExitsTellsItsCode() throws Exception {
        ActorRef<Counter> counter = start("exiting");
        OrreryException failed = error(counter.call(Counter::exit, 3));
        assertInstanceOf(ActorDeadException.class, failed);
        assertTrue(failed.getMessage().contains("3"), failed.getMessage());
    }

    @Test
    void aStartThatFailsTellsTheFirstCause() {
        StartFailedException failed = assertThrows(
                StartFailedException.class,
                () -> orrery().actor(Counter::new, -1).cpus(0.1).start());
        assertTrue(
                failed.getMessage().startsWith("java.lang.IllegalArgumentException: cannot start at -1"),
                failed.getMessage());
        DoesNotFitException large = assertThrows(
                DoesNotFitException.class,
                () -> orrery().actor(Counter::new, 1).gpus(64).start());
        assertTrue(large.getMessage().contains("64 gpus"), large.getMessage());
    }

    @Test
    void deadlinesAndFullQueuesAreToldAtOnce() throws Exception {
        ActorRef<Counter> counter =
                orrery().actor(Counter::new, 0).cpus(0.1).maxPendingCalls(2).start();
        CompletableFuture<Void> hanging = counter.call(Counter::hang);
        OrreryException late = error(counter.within(Duration.ofMillis(200)).call(Counter::increment, 1));
        assertEquals(ErrorCode.DEADLINE_EXCEEDED, late.code(), late.getMessage());
        List<CompletableFuture<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            calls.add(counter.call(Counter::increment, 1));
        }
        OrreryException full = error(calls.get(5));
        assertEquals(ErrorCode.ACTOR_OVERLOADED, full.code(), full.getMessage());
        counter.kill();
        assertInstanceOf(ActorDeadException.class, error(hanging));
        assertInstanceOf(ActorDeadException.class, error(calls.get(0)));
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void noHeadIsNeededForCallsAndTheNextOneKnowsTheActor() throws Exception {
        ActorRef<Counter> counter = start("lasting");
        assertEquals(11, get(counter.call(Counter::increment, 1)));
        long pid = counter.status().pid();
        cluster().killHead();
        for (int i = 0; i < 100; i++) {
            assertEquals(12 + i, get(counter.call(Counter::increment, 1)));
        }
        cluster().startHead();
        assertEquals("ALIVE", counter.status().state());
        cluster()
                .await(
                        "the node to report again",
                        view -> view.getActorsList().stream().anyMatch(actor -> actor.getPid() == pid),
                        PATIENCE);
        assertEquals(112, get(orrery().actor("lasting", Counter.class).call(Counter::increment, 1)));
        counter.kill();
    }
}
