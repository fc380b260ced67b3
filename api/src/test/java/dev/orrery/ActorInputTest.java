package dev.orrery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.function.ActorFactory0;
import dev.orrery.function.TaskFunction1;
import dev.orrery.internal.auth.SecretFile;
import dev.orrery.testing.TestingCounter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a driver asks for wrongly is told before a head is asked: here is none. */
class ActorInputTest {
    private static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);

    @TempDir
    private Path folder;

    private Orrery orrery;

    @BeforeEach
    void connect() {
        Path secret = folder.resolve("secret");
        SecretFile.readOrCreate(secret);
        orrery = Orrery.connect(OrreryOptions.parse("orrery://127.0.0.1:1").toBuilder()
                .secretFile(secret)
                .callTimeout(Duration.ofMillis(50))
                .build());
    }

    @AfterEach
    void close() {
        orrery.close();
    }

    private ActorBuilder<TestingCounter> counter() {
        return orrery.actor(TestingCounter::new);
    }

    private static String refusal(ErrorCode code, Runnable call) {
        OrreryException refused = assertThrows(OrreryException.class, call::run);
        assertEquals(code, refused.code(), refused.getMessage());
        return refused.getMessage();
    }

    private static String invalid(Runnable call) {
        return refusal(ErrorCode.INVALID_ARGUMENT, call);
    }

    @Test
    void nullIsToldByWhatItWasMeantFor() {
        ActorFactory0<TestingCounter> none = null;
        ActorRef<?> nobody = null;
        assertEquals("the function is null", invalid(() -> orrery.actor(none).start()));
        assertEquals("the name of an actor is null", invalid(() -> counter().name(null)));
        assertEquals("an artifact is null", invalid(() -> counter().artifact(null)));
        assertEquals("the name of a resource is null", invalid(() -> counter().resource(null, 1)));
        assertEquals("the key of a label is null", invalid(() -> counter().label(null, "a")));
        assertEquals("the value of label zone is null", invalid(() -> counter().label("zone", null)));
        assertEquals("the name of a node is null", invalid(() -> counter().onNode(null)));
        assertEquals("the name of an actor is null", invalid(() -> orrery.actor((String) null, String.class)));
        assertEquals("the type of an actor is null", invalid(() -> orrery.actor("a", null)));
        assertEquals("the namespace is null", invalid(() -> counter().namespace(null)));
        assertEquals("the namespace is null", invalid(() -> orrery.actorIn(null, "a", String.class)));
        assertEquals("the name of a world is null", invalid(() -> orrery.world(null)));
        WorldBuilder world = orrery.world("w");
        assertEquals("a member is null", invalid(() -> world.members(nobody)));
        assertEquals("a member is null", invalid(() -> world.members(Arrays.asList(nobody, nobody))));
        assertEquals("the list of members is null", invalid(() -> world.members((List<ActorRef<?>>) null)));
        assertEquals("the backend is null", invalid(() -> world.backend(null)));
    }

    @Test
    void allThatIsWrongWithAnActorIsToldAtOnce() {
        String message = invalid(() -> counter()
                .name("")
                .namespace("team/a")
                .cpus(-1)
                .gpus(-1)
                .memory(-1)
                .resource("cpus", 1)
                .resource("tpu", Double.NaN)
                .label("zone", "no blanks")
                .onNode("")
                .maxPendingCalls(0)
                .startTimeout(null)
                .restarts(-1)
                .checkpointEvery(0)
                .checkpointEvery(Duration.ZERO)
                .restartWindow(Duration.ZERO)
                .artifact(folder.resolve("none.jar"))
                .start(FOREVER));
        for (String part : List.of(
                "the name is empty",
                "'team/a' is no name of a namespace: 1 to 64 letters",
                "cpus must be",
                "gpus must be",
                "memory must be from 0 to 1125899906842624 bytes, not -1",
                "'cpus' is no name of a resource: CPUs, GPUs and memory are counted by themselves",
                "resource tpu must be from 0 to 1000000, in thousandths, not NaN",
                "'zone=no blanks' is no label: key and value have 1 to 64 letters",
                "the name of the node is empty",
                "maxPendingCalls must be",
                "startTimeout must be from 1 ms to 365 days, not null",
                "restarts must be",
                "checkpointEvery must be from 1 to 1000000 calls, not 0",
                "checkpointEvery must be from 1 ms to 365 days, not PT0S",
                "restartWindow must be from 1 ms to 365 days, not PT0S",
                "timeout must be from 1 ms to 365 days, not " + FOREVER,
                "there is no artifact " + folder.resolve("none.jar"))) {
            assertTrue(message.contains(part), message);
        }
    }

    @Test
    void aPartOfAGpuIsOfOne() {
        String why = "gpus 1.5: a part is of one GPU, so it is less than 1; of more than one each is whole: 1 or 2";
        assertEquals(why, invalid(() -> counter().gpus(1.5).start()));
        TaskFunction1<Integer, Integer> function = Math::negateExact;
        assertEquals(why, invalid(() -> orrery.task(function, 1).gpus(1.5).submit()));
    }

    @Test
    void noNodeHasTwoValuesOfOneLabel() {
        assertEquals(
                "label zone cannot be both a and b: a node has one value of it",
                invalid(() -> counter().label("zone", "a").label("zone", "a").label("zone", "b")));
    }

    @Test
    void whatIsWrongWithATasksNeedsIsToldBeforeItIsSubmitted() {
        TaskFunction1<Integer, Integer> function = Math::negateExact;
        String message = invalid(
                () -> orrery.task(function, 1).memory(-1).resource("gpu", 1).submit());
        assertTrue(message.contains("memory must be"), message);
        assertTrue(message.contains("'gpu' is no name of a resource"), message);
    }

    private static PlacementGroup group() {
        return new ReservedGroup(null, "7-1", Optional.of("trainers"));
    }

    @Test
    void whatIsPlacedInABundleChoosesNoNode() {
        String message =
                invalid(() -> counter().in(group(), -1).label("zone", "a").start());
        assertTrue(message.contains("the number of a bundle must be 0 or more, not -1"), message);
        String refused = "label, onNode, spread and pack are for bundles, not for what is placed in one";
        assertTrue(message.contains(refused), message);
        TaskFunction1<Integer, Integer> function = Math::negateExact;
        assertEquals(
                refused,
                invalid(() -> orrery.task(function, 1).in(group()).spread().submit()));
        assertEquals(
                refused,
                invalid(() ->
                        orrery.task(function, 1).in(group(), 0).onNode("n1").submit()));
        assertEquals("the placement group is null", invalid(() -> counter().in(null)));
    }

    @Test
    void allThatIsWrongWithAPlacementGroupIsToldAtOnce() {
        String message = invalid(() -> orrery.placementGroup("")
                .bundle(b -> b.cpus(-1).memory(-1))
                .bundles(2, b -> b.gpus(-1).resource("cpus", 1))
                .bundles(0, b -> {})
                .create());
        for (String part : List.of(
                "so many bundles at a time: 1 to 500, not 0",
                "the name is empty; a group without one is made by placementGroup()",
                "bundle 0: cpus must be",
                "bundle 0: memory must be",
                "bundle 1: gpus must be",
                "bundle 1: 'cpus' is no name of a resource")) {
            assertTrue(message.contains(part), message);
        }
        assertEquals("a placement group has at least one bundle", invalid(() -> orrery.placementGroup()
                .create()));
        assertEquals("a placement group has at most 500 bundles", invalid(() -> orrery.placementGroup()
                .bundles(500, b -> {})
                .bundle(b -> {})
                .create()));
        assertEquals("the name of a placement group is null", invalid(() -> orrery.placementGroup(null)));
        assertEquals("the name of a placement group is null", invalid(() -> orrery.findPlacementGroup(null)));
        assertEquals(
                "the strategy is null", invalid(() -> orrery.placementGroup("g").strategy(null)));
        assertEquals("what tells the options of a bundle is null", invalid(() -> orrery.placementGroup("g")
                .bundle(null)));
        assertTrue(invalid(() -> group().addBundles(0, b -> b.cpus(-1))).contains("cpus must be"));
        assertTrue(invalid(() -> group().addBundle(b -> b.label("zone", "no blanks")))
                .contains("is no label"));
        assertTrue(invalid(() -> group().awaitReady(Duration.ZERO)).startsWith("timeout must be"));
        assertTrue(invalid(() -> group().remove(null)).startsWith("timeout must be"));
    }

    @Test
    void aWorldHasMembersAndADeadline() {
        String message = invalid(() -> orrery.world("w").form(Duration.ZERO));
        assertTrue(message.contains("a world has at least one member"), message);
        assertTrue(message.contains("timeout must be from 1 ms to 365 days, not PT0S"), message);
    }

    @Test
    void aClientThatWasClosedSaysSo() {
        orrery.close();
        assertEquals("the client was closed", refusal(ErrorCode.CANCELLED, () -> counter()
                .start()));
        assertEquals(
                "the client was closed", refusal(ErrorCode.CANCELLED, () -> orrery.actor("a", TestingCounter.class)));
    }
}
