package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.ActorRef;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.LeaseLostException;
import dev.orrery.examples.cluster.HostCluster;
import dev.orrery.examples.cluster.LocalClusterOptions;
import dev.orrery.internal.proto.ActorCallResponse;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.ClusterView;
import dev.orrery.internal.rpc.ErrorCodec;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** An exclusive actor whose worker, agent or node is stopped, not dead: never two lives of it that answer. */
class ExclusiveActorIT extends ClusterScenario {
    private static final Duration LEASE = Duration.ofSeconds(2);

    @Override
    LocalClusterOptions.Builder options() {
        return super.options()
                .head("node.suspect-after", "1s")
                // well after the lease, so that a stopped agent is not taken for dead while it only pauses an actor
                .head("node.dead-after", "6s")
                .head("exclusive.lease", "2s");
    }

    /** Stopped when this returns: one thread has to run to hear of it, and until then the others go on. */
    private static void stop(ProcessHandle process) throws IOException {
        assertTrue(HostCluster.signal("STOP", process.pid()));
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!isStopped(process)) {
            assertTrue(end - System.nanoTime() > 0, "process " + process.pid() + " goes on");
            Thread.onSpinWait();
        }
    }

    private static boolean isStopped(ProcessHandle process) throws IOException {
        Path tasks = Path.of("/proc", Long.toString(process.pid()), "task");
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
            for (Path thread : threads) {
                String stat = Files.readString(thread.resolve("stat"));
                // After the name, which may hold anything.
                if (stat.charAt(stat.lastIndexOf(')') + 2) != 'T') {
                    return false;
                }
            }
            return true;
        } catch (NoSuchFileException e) {
            // A thread that ended meanwhile.
            return false;
        }
    }

    private static void letGoOn(ProcessHandle process) {
        assertTrue(HostCluster.signal("CONT", process.pid()));
    }

    private ActorRef<Counter> start(String name) {
        return orrery().actor(Counter::new, 10)
                .name(name)
                .cpus(0.1)
                .exclusive()
                .restarts(1)
                .start();
    }

    private static Optional<ActorView> find(ClusterView view, String id) {
        return view.getActorsList().stream()
                .filter(actor -> actor.getLife().getActor().equals(id))
                .findFirst();
    }

    private ActorView view(String id) {
        return find(cluster().observer().cluster(PATIENCE), id).orElseThrow();
    }

    private void awaitLife(String id, long incarnation) {
        cluster()
                .await(
                        "life " + incarnation,
                        view -> find(view, id)
                                .filter(actor -> actor.getState().equals("ALIVE")
                                        && actor.getLife().getIncarnation() == incarnation)
                                .isPresent(),
                        PATIENCE);
    }

    @Test
    void aStoppedNodesLifeNeverAnswersOnceAnotherMay() throws Exception {
        ActorRef<Counter> counter = start("stopped-node");
        assertEquals("stopped-node " + counter.id() + "#1", get(counter.call(Counter::identity)));
        ActorView first = view(counter.id());
        ProcessHandle worker = ProcessHandle.of(first.getPid()).orElseThrow();
        ProcessHandle agent = worker.parent().flatMap(ProcessHandle::parent).orElseThrow();

        try (PatientCaller patient = PatientCaller.of(cluster().secretFile(), first)) {
            patient.identity().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            stop(agent);
            stop(worker);
            // Lies in the stopped worker's socket, and is read when it goes on.
            CompletableFuture<ActorCallResponse> stale = patient.identity();
            awaitLife(counter.id(), 2);
            assertFalse(view(counter.id()).getNode().equals(first.getNode()));
            String second = "stopped-node " + counter.id() + "#2";
            assertEquals(second, get(counter.call(Counter::identity)));

            // With its agent still stopped there is nobody to end it, but its lease is over.
            letGoOn(worker);
            assertEquals(ErrorCode.ACTOR_PAUSED, error(stale).code());
            assertEquals(second, get(counter.call(Counter::identity)));

            letGoOn(agent);
            worker.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertEquals(second, get(counter.call(Counter::identity)));
        }
        counter.kill();
    }

    @Test
    void aStoppedAgentPausesItAndTheSameLifeGoesOn() throws Exception {
        ActorRef<Counter> counter = start("stopped-agent");
        assertEquals(11, get(counter.call(Counter::increment, 1)));
        ActorView first = view(counter.id());
        ProcessHandle agent = ProcessHandle.of(first.getPid())
                .flatMap(ProcessHandle::parent)
                .flatMap(ProcessHandle::parent)
                .orElseThrow();
        stop(agent);
        long stopped = System.nanoTime();
        CompletableFuture<Integer> paused;
        do {
            paused = counter.within(Duration.ofSeconds(30)).call(Counter::increment, 1);
        } while (answersWithin(paused, Duration.ofMillis(300)));
        long held = System.nanoTime() - stopped;
        assertTrue(held <= LEASE.plusSeconds(1).toNanos(), "it still answered after " + held / 1_000_000 + " ms");
        letGoOn(agent);
        int before = value(paused, counter);
        assertEquals(before + 1, get(counter.call(Counter::increment, 1)));
        assertEquals(1, view(counter.id()).getLife().getIncarnation());
        counter.kill();
    }

    /** It waited, and was not refused: nothing of it had run. Unless it ran just when the lease ended. */
    private static int value(CompletableFuture<Integer> paused, ActorRef<Counter> counter) throws Exception {
        try {
            return get(paused);
        } catch (ExecutionException e) {
            assertInstanceOf(LeaseLostException.class, ErrorCodec.unwrap(e));
            return get(counter.call(Counter::increment, 1));
        }
    }

    private static boolean answersWithin(CompletableFuture<Integer> call, Duration time) throws Exception {
        try {
            call.get(time.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException e) {
            assertInstanceOf(LeaseLostException.class, ErrorCodec.unwrap(e));
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }
}
