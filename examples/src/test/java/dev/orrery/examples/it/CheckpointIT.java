package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.ActorBuilder;
import dev.orrery.ActorRef;
import dev.orrery.error.ActorDeadException;
import dev.orrery.error.CheckpointException;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorView;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Actors that go on counting where their last life was told to stop. */
class CheckpointIT extends ClusterScenario {
    @Override
    Pattern expectedErrors() {
        // A life that cannot be given its state says so; so does a head that is started before its ZooKeeper.
        return Pattern.compile("no tally|ZooKeeper|zookeeper");
    }

    private ActorBuilder<Tally> tally(String name) {
        return orrery().actor(Tally::new).name(name).cpus(0.1).restarts(20);
    }

    private ActorView view(ActorRef<?> actor) {
        return cluster().observer().cluster(PATIENCE).getActorsList().stream()
                .filter(found -> found.getLife().getActor().equals(actor.id()))
                .findFirst()
                .orElseThrow();
    }

    private void awaitLife(ActorRef<?> actor, long incarnation) {
        cluster()
                .await(
                        "life " + incarnation + " of " + actor,
                        seen -> seen.getActorsList().stream()
                                .anyMatch(found -> found.getLife().getActor().equals(actor.id())
                                        && found.getLife().getIncarnation() == incarnation
                                        && found.getState().equals("ALIVE")),
                        PATIENCE);
    }

    /** What is called before the client knows of a death may be told that it is not known whether it has run. */
    private void awaitLife(ActorRef<?> actor, long incarnation, String state) {
        cluster()
                .await(
                        actor + " to be " + state + " at incarnation " + incarnation,
                        view -> view.getActorsList().stream()
                                .anyMatch(found -> found.getLife().getActor().equals(actor.id())
                                        && found.getLife().getIncarnation() >= incarnation
                                        && found.getState().equals(state)),
                        PATIENCE);
    }

    @Test
    void whatACallerWasToldIsNotForgotten() throws Exception {
        ActorRef<Tally> tally = tally("never-forgets").checkpointEvery(1).start();
        int asked = 0;
        int answered = 0;
        for (int life = 1; life <= 3; life++) {
            List<CompletableFuture<Integer>> calls = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                calls.add(tally.call(Tally::add, 1));
                asked++;
            }
            get(calls.get(50));
            kill(tally);
            for (CompletableFuture<Integer> call : calls) {
                answered += answered(call) ? 1 : 0;
            }
            awaitLife(tally, life + 1, "ALIVE");
        }
        int total = get(tally.call(Tally::read)).total();
        assertTrue(
                total >= answered && total <= asked,
                "counted " + total + ", " + answered + " of " + asked + " answered");
        assertTrue(get(tally.call(Tally::life)) > 3);
        tally.kill();
    }

    private static boolean answered(CompletableFuture<Integer> call) throws Exception {
        try {
            get(call);
            return true;
        } catch (ExecutionException e) {
            assertEquals(
                    ErrorCode.ACTOR_RESTARTED,
                    assertInstanceOf(OrreryException.class, e.getCause()).code());
            return false;
        }
    }

    @Test
    @Tag("full")
    void onlyWhatWasSavedIsThereAgain() throws Exception {
        ActorRef<Tally> tally = tally("now-and-then").start();
        assertEquals(1, get(tally.call(Tally::add, 1)));
        assertEquals(3, get(tally.call(Tally::addForGood, 2)));
        assertEquals(7, get(tally.call(Tally::add, 4)));
        assertEquals(1, view(tally).getCheckpoint().getNumber());
        kill(tally);
        awaitLife(tally, 2);
        assertEquals(List.of(1, 2), get(tally.call(Tally::read)).added());
        tally.kill();
        assertTrue(!view(tally).hasCheckpoint(), "an actor that is dead for good");
        ActorRef<Tally> next = tally("now-and-then").start();
        assertEquals(0, get(next.call(Tally::read)).total(), "another actor of the name");
        next.kill();
    }

    @Test
    void itSurvivesTheHeadTheWorkerAndALossOfPower() throws Exception {
        ActorRef<Tally> tally = tally("survivor").checkpointEvery(1).detached().start();
        assertEquals(5, get(tally.call(Tally::add, 5)));
        cluster().killHead();
        CompletableFuture<Integer> during = tally.call(Tally::add, 1);
        cluster().startHead();
        assertEquals(6, get(during), "told once the next head had saved it");
        kill(tally);
        awaitLife(tally, 2);
        assertEquals(6, get(tally.call(Tally::read)).total());

        cluster().powerOff();
        cluster().startZooKeeper();
        cluster().startHead();
        List.of("node-a", "node-b").forEach(cluster()::startAgent);
        awaitLife(tally, 3);
        assertEquals(8, get(tally.call(Tally::add, 2)));
        tally.kill();
    }

    @Test
    void aStateThatIsTooLargeOrCannotBeRestoredIsToldInWords() throws Exception {
        ActorRef<Tally> tally = tally("troubled").restarts(1).checkpointEvery(1).start();
        OrreryException large = error(tally.call(Tally::grow, 70_000));
        assertInstanceOf(CheckpointException.class, large);
        assertEquals(ErrorCode.CHECKPOINT_TOO_LARGE, large.code());
        assertTrue(large.getMessage().contains("more than the 61440"), large.getMessage());
        assertEquals(0, get(tally.call(Tally::grow, 0)));
        assertEquals(-1, get(tally.call(Tally::add, -1)));
        kill(tally);
        awaitLife(tally, 2, "DEAD");
        OrreryException dead = error(tally.call(Tally::add, 1));
        assertInstanceOf(ActorDeadException.class, dead);
        assertTrue(dead.getMessage().startsWith("java.lang.IllegalArgumentException: no tally: -1"), dead.getMessage());
    }

    @Test
    @Tag("full")
    void manyCallsAtOnceAreSavedTogether() throws Exception {
        ActorRef<Tally> tally = tally("busy").checkpointEvery(1).start();
        List<CompletableFuture<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            calls.add(tally.call(Tally::add, 1));
        }
        for (CompletableFuture<Integer> call : calls) {
            get(call);
        }
        ActorView view = view(tally);
        assertEquals(500, view.getCheckpoint().getNumber(), "the last state");
        kill(tally);
        awaitLife(tally, 2);
        assertEquals(500, get(tally.call(Tally::read)).total());
        tally.kill();
    }
}
