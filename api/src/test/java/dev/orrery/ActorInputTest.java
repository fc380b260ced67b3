package dev.orrery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.function.ActorFactory0;
import dev.orrery.internal.auth.SecretFile;
import dev.orrery.testing.TestingCounter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
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
        assertEquals("the name of an actor is null", invalid(() -> orrery.actor((String) null, String.class)));
        assertEquals("the type of an actor is null", invalid(() -> orrery.actor("a", null)));
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
                .cpus(-1)
                .gpus(-1)
                .maxPendingCalls(0)
                .startTimeout(null)
                .restarts(-1)
                .restartWindow(Duration.ZERO)
                .artifact(folder.resolve("none.jar"))
                .start(FOREVER));
        for (String part : List.of(
                "the name is empty",
                "cpus must be",
                "gpus must be",
                "maxPendingCalls must be",
                "startTimeout must be from 1 ms to 365 days, not null",
                "restarts must be",
                "restartWindow must be from 1 ms to 365 days, not PT0S",
                "timeout must be from 1 ms to 365 days, not " + FOREVER,
                "there is no artifact " + folder.resolve("none.jar"))) {
            assertTrue(message.contains(part), message);
        }
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
