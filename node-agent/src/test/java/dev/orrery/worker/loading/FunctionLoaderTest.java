package dev.orrery.worker.loading;

import static java.lang.invoke.MethodType.methodType;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorFunction;
import dev.orrery.testing.ScriptedActor;
import dev.orrery.testing.ScriptedLambdas;
import dev.orrery.testing.TestingFunctions;
import dev.orrery.testing.TestingJars;
import java.lang.invoke.MethodType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FunctionLoaderTest {
    private static final MethodType ADD = methodType(int.class, int.class);

    private final UserCode code = new UserCode(List.of(ScriptedActor.artifact()));
    private final FunctionLoader loader = new FunctionLoader(code);

    @AfterEach
    void close() throws Exception {
        code.close();
    }

    private Object actor() throws Throwable {
        return loader.load(TestingFunctions.constructor(ScriptedActor.class, int.class))
                .invoke(5);
    }

    private Object call(ActorFunction function, Object... arguments) throws Throwable {
        return loader.load(function).invoke(arguments);
    }

    @Test
    void aConstructorMakesAnObjectOfTheArtifactsClass() throws Throwable {
        Object actor = actor();

        assertEquals(ScriptedActor.class.getName(), actor.getClass().getName());
        assertNotSame(ScriptedActor.class, actor.getClass());
        assertSame(code.classLoader(), actor.getClass().getClassLoader());
    }

    @Test
    void methodsOfAllKindsAreFoundByNameAndDescriptor() throws Throwable {
        Object actor = actor();

        assertEquals(7, call(TestingFunctions.method(ScriptedActor.class, "add", ADD), actor, 2));
        assertEquals(
                14,
                call(
                        TestingFunctions.reference(
                                ScriptedActor.class.getName(),
                                "twice",
                                methodType(int.class, ScriptedActor.class),
                                true),
                        actor));
        assertEquals(-7, call(TestingFunctions.method(ScriptedActor.class, "hidden", methodType(int.class)), actor));
        assertNull(call(TestingFunctions.method(ScriptedActor.class, "reset", methodType(void.class)), actor));
        assertNull(call(TestingFunctions.method(AutoCloseable.class, "close", methodType(void.class)), actor));
    }

    @Test
    void aMethodIsLookedUpOnce() {
        ActorFunction add = TestingFunctions.method(ScriptedActor.class, "add", ADD);

        assertSame(loader.load(add), loader.load(add));
    }

    @Test
    void aClassOfTheJdkCanBeAnActor() throws Throwable {
        Object list = call(TestingFunctions.constructor(ArrayList.class));

        assertEquals(
                true,
                call(
                        TestingFunctions.method(Collection.class, "add", methodType(boolean.class, Object.class)),
                        list,
                        "x"));
        assertEquals(List.of("x"), list);
    }

    @Test
    void aLambdaRunsWithWhatItCaptured() throws Throwable {
        Object list = call(TestingFunctions.lambda(ScriptedLambdas.listOf(3)), 4);

        assertEquals(List.of(7), list);
        assertEquals(17, call(TestingFunctions.lambda(ScriptedLambdas.firstPlus()), list, 10));
        assertNull(call(TestingFunctions.lambda(ScriptedLambdas.clear()), list));
        assertEquals(List.of(), list);
    }

    @Test
    void whatUserCodeThrowsComesAsItIs() {
        assertThrows(
                IllegalArgumentException.class,
                () -> call(TestingFunctions.constructor(ScriptedActor.class, int.class), -1));
    }

    @Test
    void whatIsNotThereIsNamed() {
        assertRefused(
                ErrorCode.INVALID_ARGUMENT,
                "acme.Gone::run()V",
                TestingFunctions.reference("acme.Gone", "run", methodType(void.class), false));
        assertRefused(
                ErrorCode.INVALID_ARGUMENT,
                "ScriptedActor::subtract(I)I",
                TestingFunctions.method(ScriptedActor.class, "subtract", ADD));
        assertRefused(
                ErrorCode.INVALID_ARGUMENT,
                "ScriptedActor::add(I)I",
                TestingFunctions.reference(ScriptedActor.class.getName(), "add", ADD, true));
        assertRefused(ErrorCode.INVALID_ARGUMENT, "of a kind", ActorFunction.getDefaultInstance());
    }

    @Test
    void orrerysInsidesAreOutOfReach() {
        assertRefused(
                ErrorCode.INVALID_ARGUMENT,
                UserCode.class.getName(),
                TestingFunctions.reference(UserCode.class.getName(), "close", methodType(void.class), false));
    }

    @Test
    void aLambdaThatIsNoneIsRefused() {
        assertRefused(ErrorCode.INVALID_ARGUMENT, "java.lang.String", TestingFunctions.lambda("a text"));
        ActorFunction garbage = TestingFunctions.lambda("a text").toBuilder()
                .setLambda(com.google.protobuf.ByteString.copyFromUtf8("garbage"))
                .build();
        assertRefused(ErrorCode.NOT_SERIALIZABLE, "the function cannot be read", garbage);
    }

    @Test
    void aLambdaOfAClassThatWasNotShippedIsRefused(@TempDir Path folder) throws Exception {
        Path jar = TestingJars.compile(folder, "acme", Map.of("acme.Empty", "package acme; public class Empty {}"));
        ActorFunction lambda = TestingFunctions.lambda(ScriptedLambdas.clear());
        try (UserCode other = new UserCode(List.of(jar))) {
            OrreryException refusal = assertThrows(OrreryException.class, () -> new FunctionLoader(other).load(lambda));

            assertEquals(ErrorCode.NOT_SERIALIZABLE, refusal.code());
            assertTrue(refusal.getMessage().contains(ScriptedLambdas.class.getName()), refusal.getMessage());
        }
    }

    @Test
    void anotherActorOrNumberOfArgumentsIsRefused() throws Throwable {
        UserFunction add = loader.load(TestingFunctions.method(ScriptedActor.class, "add", ADD));

        add.checkCallOn(actor(), 1);
        assertThrows(OrreryException.class, () -> add.checkCallOn("a text", 1));
        Object actor = actor();
        assertThrows(OrreryException.class, () -> add.checkCallOn(actor, 2));
        assertThrows(OrreryException.class, () -> loader.load(TestingFunctions.constructor(ScriptedActor.class))
                .checkCreate(1));
    }

    private void assertRefused(ErrorCode code, String what, ActorFunction function) {
        OrreryException refusal = assertThrows(OrreryException.class, () -> loader.load(function));

        assertEquals(code, refusal.code());
        assertTrue(refusal.getMessage().contains(what), refusal.getMessage());
    }
}
