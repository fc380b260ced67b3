package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.ActorRef;
import dev.orrery.Orrery;
import dev.orrery.OrreryOptions;
import dev.orrery.error.ActorRestartedException;
import dev.orrery.error.OrreryException;
import dev.orrery.error.StartFailedException;
import dev.orrery.examples.cluster.LocalClusterOptions;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.ClusterView;
import dev.orrery.internal.proto.JobView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Actors that restart, calls that meet the end of a life, and drivers that die and leave something. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ActorRecoveryIT extends ClusterScenario {
    private static final Duration LEASE = Duration.ofSeconds(3);

    @Override
    LocalClusterOptions.Builder options() {
        return super.options().head("job.lease", LEASE.toSeconds() + "s");
    }

    private Orrery anotherDriver() {
        return Orrery.connect(OrreryOptions.parse(cluster().address()).toBuilder()
                .secretFile(cluster().secretFile())
                .build());
    }

    @Test
    void aKilledWorkerIsFollowedByTheNextLifeUnderTheSameName() throws Exception {
        ActorRef<Counter> counter = orrery().actor(Counter::new, 10)
                .name("phoenix")
                .cpus(0.1)
                .restarts(1)
                .start();
        assertEquals(15, get(counter.call(Counter::increment, 5)));
        CompletableFuture<Void> hanging = counter.call(Counter::hang);
        kill(counter);
        OrreryException unclear = error(hanging);
        assertInstanceOf(ActorRestartedException.class, unclear);
        assertTrue(unclear.getMessage().startsWith("signal"), unclear.getMessage());
        assertTrue(unclear.getMessage().contains("output.log"), unclear.getMessage());
        assertTrue(unclear.getMessage().contains("whether Counter.hang has run is not known"), unclear.getMessage());
        assertEquals(11, get(counter.call(Counter::increment, 1)), "constructed anew");
        assertEquals("phoenix " + counter.id() + "#2", get(counter.call(Counter::identity)));
        assertEquals(counter.id(), orrery().actor("phoenix", Counter.class).id());
        assertEquals("ALIVE", counter.status().state());
        counter.kill();
    }

    @Test
    void aCallIsSentToTheNextLifeOnlyAsOftenAsItsActorSays() throws Exception {
        Path repeated = cluster().directory().resolve("repeated");
        ActorRef<Mortal> patient = orrery().actor(Mortal::new, 0)
                .cpus(0.1)
                .restarts(5)
                .callRetries(2)
                .start();
        assertEquals(3, get(patient.call(Mortal::outlive, 2, repeated.toString())));
        assertEquals(List.of("1 first", "2 restarted", "3 restarted"), Files.readAllLines(repeated));
        patient.kill();

        Path once = cluster().directory().resolve("once");
        ActorRef<Mortal> strict =
                orrery().actor(Mortal::new, 0).cpus(0.1).restarts(5).start();
        OrreryException unclear = error(strict.call(Mortal::outlive, 1, once.toString()));
        assertInstanceOf(ActorRestartedException.class, unclear);
        assertTrue(unclear.getMessage().startsWith("exit: the worker exited with code 3"), unclear.getMessage());
        assertEquals(2, get(strict.call(Mortal::outlive, 1, once.toString())));
        assertEquals(List.of("1 first", "2 restarted"), Files.readAllLines(once));
        strict.kill();
    }

    @Test
    void aConstructorThatExitsIsTriedAFewTimesAndNamedThen() {
        StartFailedException failed = assertThrows(
                StartFailedException.class,
                () -> orrery().actor(Mortal::new, 7).cpus(0.1).restarts(2).start());
        String message = failed.getMessage();
        assertTrue(message.startsWith("exit: the worker exited with code 7"), message);
        assertTrue(message.contains("output.log"), message);
        assertTrue(message.contains("actor 'Mortal' (Mortal) did not start on node node-"), message);
        assertTrue(message.contains("attempts: 3"), message);
    }

    @Test
    void aDriverThatClosesTakesItsActorsAlong() throws Exception {
        String id;
        try (Orrery other = anotherDriver()) {
            ActorRef<Counter> counter = other.actor(Counter::new, 1).cpus(0.1).start();
            id = counter.id();
        }
        ClusterView view = cluster()
                .await(id + " to be DEAD", seen -> actor(seen, id).getState().equals("DEAD"), PATIENCE);
        assertTrue(actor(view, id).getCauses(0).getMessage().endsWith("ended: its driver closed"), view::toString);
    }

    @Test
    void aKilledDriversActorGoesWithItsLeaseAndADetachedOneStays() throws Exception {
        Process driver = driver();
        ClusterView both = cluster()
                .await("its actors to be ALIVE", view -> alive(view, "owned") && alive(view, "free"), PATIENCE);
        String owned = named(both, "owned").getLife().getActor();
        Thread.sleep(LEASE.toMillis() + 500);
        assertTrue(alive(cluster().observer().cluster(PATIENCE), "owned"), "it renews its lease");
        driver.destroyForcibly().waitFor();
        long killed = System.nanoTime();
        ClusterView after = cluster()
                .await(
                        "the owned one to be DEAD",
                        view -> actor(view, owned).getState().equals("DEAD"),
                        PATIENCE);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - killed);
        System.out.println(
                "an actor whose driver was killed was DEAD after " + millis + " ms, lease " + LEASE.toMillis());
        assertTrue(millis < LEASE.toMillis() + 5_000, () -> millis + " ms");
        assertTrue(actor(after, owned).getCauses(0).getMessage().contains("OwnerMain, pid " + driver.pid()));
        JobView job = after.getJobsList().stream()
                .filter(seen -> seen.getJob().getPid() == driver.pid())
                .findFirst()
                .orElseThrow();
        assertEquals("ENDED", job.getState());
        ActorRef<Counter> free = orrery().actor("free", Counter.class);
        assertEquals(3, get(free.call(Counter::increment, 2)));
        free.kill();
    }

    private Process driver() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        OwnerMain.class.getName(),
                        cluster().address(),
                        cluster().secretFile().toString())
                .redirectErrorStream(true)
                .redirectOutput(cluster().directory().resolve("driver.out").toFile())
                .start();
    }

    private static ActorView actor(ClusterView view, String id) {
        return view.getActorsList().stream()
                .filter(actor -> actor.getLife().getActor().equals(id))
                .findFirst()
                .orElse(ActorView.getDefaultInstance());
    }

    private static ActorView named(ClusterView view, String name) {
        return view.getActorsList().stream()
                .filter(actor -> actor.getName().equals(name))
                .findFirst()
                .orElse(ActorView.getDefaultInstance());
    }

    private static boolean alive(ClusterView view, String name) {
        return named(view, name).getState().equals("ALIVE");
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void actorsAreStartedKilledAndCalledWhileTheLeaderDies() throws Exception {
        ActorRef<Counter> steady = orrery().actor(Counter::new, 0).cpus(0.1).start();
        ActorRef<Counter> doomed = orrery().actor(Counter::new, 0).cpus(0.1).start();
        assertEquals(0, get(steady.call(Counter::increment, 0)));
        int before = cluster().observer().cluster(PATIENCE).getActorsCount();
        CompletableFuture<ActorRef<Counter>> starting = CompletableFuture.supplyAsync(
                () -> orrery().actor(Counter::new, 100).name("born").cpus(0.1).start());
        CompletableFuture<Void> killing = CompletableFuture.runAsync(doomed::kill);
        cluster().killHead();
        List<CompletableFuture<Integer>> calls = new ArrayList<>();
        for (int i = 1; i <= 200; i++) {
            calls.add(steady.call(Counter::increment, 1));
            if (i == 100) {
                cluster().startHead();
            }
            assertEquals(i, get(calls.get(i - 1)), "no head is on the way");
        }
        ActorRef<Counter> born = get(starting);
        get(killing);
        assertEquals(101, get(born.call(Counter::increment, 1)));
        ClusterView after = cluster().observer().cluster(PATIENCE);
        assertEquals(before + 1, after.getActorsCount(), "one start, however often it was sent");
        assertEquals("DEAD", actor(after, doomed.id()).getState());
        assertEquals("ALIVE", actor(after, steady.id()).getState(), "its driver's lease went on");
        born.kill();
        steady.kill();
    }
}
