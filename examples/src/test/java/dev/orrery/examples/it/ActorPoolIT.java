package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.ActorPool;
import dev.orrery.ActorPoolOptions;
import dev.orrery.ActorRef;
import dev.orrery.error.ActorDeadException;
import dev.orrery.error.ActorRestartedException;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.examples.ExampleProgram;
import dev.orrery.examples.actors.ActorExamples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Pools of actors that die, and the programs of actors. */
class ActorPoolIT extends ClusterScenario {
    private static final int CALLS = 600;
    private static final int CALLS_PER_ACTOR = 3;

    @TempDir
    private Path folder;

    private final List<ActorRef<Noter>> started = new ArrayList<>();

    private ActorRef<Noter> start(int number, int restarts) {
        ActorRef<Noter> actor = orrery().actor(Noter::new, notes(number).toString())
                .cpus(0.1)
                .restarts(restarts)
                .start();
        started.add(actor);
        return actor;
    }

    private Path notes(int number) {
        return folder.resolve("notes-" + number);
    }

    private ActorPool<Noter> pool(int actors) {
        List<ActorRef<Noter>> members =
                IntStream.range(0, actors).mapToObj(i -> start(i, 0)).toList();
        return ActorPool.of(
                members,
                ActorPoolOptions.builder().callsPerActor(CALLS_PER_ACTOR).build());
    }

    @AfterEach
    void killAll() {
        started.forEach(ActorRef::kill);
        started.clear();
    }

    /** Of all actors; fails when two of them, or one twice, wrote the same. */
    private Set<Integer> noted(int actors) throws IOException {
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < actors; i++) {
            Files.readAllLines(notes(i)).forEach(line -> all.add(Integer.valueOf(line)));
        }
        Set<Integer> different = new HashSet<>(all);
        assertEquals(all.size(), different.size(), "some calls ran twice");
        return different;
    }

    static List<ExampleProgram> examples() {
        return ActorExamples.ALL;
    }

    @ParameterizedTest
    @MethodSource("examples")
    void programsOfActorsCheckThemselves(ExampleProgram example) throws IOException {
        List<String> told = new ArrayList<>();
        example.body().run(orrery(), told::add);
        assertTrue(told.size() >= 3, told::toString);
    }

    @Test
    void oneOfThreeIsKilledAndOnlyWhatItMayHaveRunFails() throws Exception {
        ActorPool<Noter> pool = pool(3);
        List<CompletableFuture<Integer>> calls = IntStream.range(0, CALLS)
                .mapToObj(i -> pool.call(Noter::note, i))
                .toList();
        get(calls.get(CALLS / 4));
        kill(started.get(1));
        List<Integer> answered = new ArrayList<>();
        int unclear = 0;
        for (int i = 0; i < CALLS; i++) {
            try {
                assertEquals(i, get(calls.get(i)));
                answered.add(i);
            } catch (ExecutionException e) {
                assertTrue(
                        assertInstanceOf(ActorDeadException.class, e.getCause()).mayHaveRun());
                unclear++;
            }
        }
        assertTrue(unclear > 0 && unclear <= CALLS_PER_ACTOR, unclear + " calls are unclear");
        assertTrue(noted(3).containsAll(answered));
        assertEquals(List.of(started.get(0), started.get(2)), pool.actors());
        assertEquals(List.of(-1, -2, -3), pool.map(Noter::note, List.of(-1, -2, -3), PATIENCE));
        assertTrue(noted(3).containsAll(List.of(-1, -2, -3)));
    }

    @Test
    void onceAllAreKilledWhatWaitsFailsAndTellsHowManyDied() throws Exception {
        ActorPool<Noter> pool = pool(2);
        for (int i = 0; i < 2 * CALLS_PER_ACTOR; i++) {
            pool.call(Noter::hang);
        }
        CompletableFuture<Integer> waiting = pool.call(Noter::note, 1);
        assertEquals(1, pool.waiting());
        killAll();
        ActorDeadException dead = assertInstanceOf(ActorDeadException.class, error(waiting));
        assertFalse(dead.mayHaveRun());
        assertTrue(dead.getMessage().startsWith("killed: "), dead.getMessage());
        assertTrue(
                dead.getMessage().contains("all 2 actors of the pool died, the last was actor Noter"),
                dead.getMessage());
        assertInstanceOf(ActorDeadException.class, error(pool.call(Noter::note, 2)));
        assertEquals(List.of(), pool.actors());
        assertFalse(Files.exists(notes(0)) || Files.exists(notes(1)));
    }

    @Test
    void oneThatRestartsStaysInThePool() throws Exception {
        ActorRef<Noter> actor = start(0, 1);
        ActorPool<Noter> pool = ActorPool.of(List.of(actor));
        assertEquals(1, get(pool.call(Noter::note, 1)));
        CompletableFuture<Void> hanging = pool.call(Noter::hang);
        CompletableFuture<Integer> waiting = pool.call(Noter::note, 2);
        kill(actor);
        assertInstanceOf(ActorRestartedException.class, error(hanging));
        assertEquals(2, get(waiting));
        assertEquals(List.of(actor), pool.actors());
    }

    @Test
    void whatWaitsTooLongFailsInTime() throws Exception {
        ActorRef<Noter> actor = start(0, 0);
        ActorPool<Noter> pool = ActorPool.of(
                List.of(actor),
                ActorPoolOptions.builder()
                        .maxWaiting(1)
                        .deadline(Duration.ofSeconds(1))
                        .build());
        CompletableFuture<Void> hanging = pool.call(Noter::hang);
        CompletableFuture<Integer> waiting = pool.call(Noter::note, 1);
        assertEquals(
                ErrorCode.ACTOR_OVERLOADED, error(pool.call(Noter::note, 2)).code());
        assertEquals(ErrorCode.DEADLINE_EXCEEDED, error(hanging).code());
        OrreryException late = error(waiting);
        assertEquals(ErrorCode.DEADLINE_EXCEEDED, late.code());
        OrreryException map = assertThrows(
                OrreryException.class,
                () -> pool.map(
                        (Noter noter, Integer number) -> noter.note(number), List.of(1), Duration.ofMillis(200)));
        assertEquals(ErrorCode.DEADLINE_EXCEEDED, map.code());
    }
}
