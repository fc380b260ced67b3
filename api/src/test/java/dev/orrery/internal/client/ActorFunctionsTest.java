package dev.orrery.internal.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.function.ActorAction1;
import dev.orrery.function.ActorFactory1;
import dev.orrery.function.ActorMethod1;
import dev.orrery.internal.client.ActorFunctions.Described;
import dev.orrery.internal.proto.MethodReference;
import dev.orrery.testing.TestingCounter;
import java.io.ByteArrayInputStream;
import java.io.ObjectInputStream;
import org.junit.jupiter.api.Test;

class ActorFunctionsTest {
    private final ActorFunctions functions = new ActorFunctions();

    /** Not written as a lambda. */
    static final class Adding implements ActorMethod1<TestingCounter, Integer, Integer> {
        private static final long serialVersionUID = 1L;

        @Override
        public Integer call(TestingCounter counter, Integer more) {
            return counter.add(more);
        }
    }

    private static MethodReference reference(String name, String signature, boolean isStatic) {
        return MethodReference.newBuilder()
                .setOwner(TestingCounter.class.getName())
                .setName(name)
                .setSignature(signature)
                .setIsStatic(isStatic)
                .build();
    }

    private static <A, X, R> ActorMethod1<A, X, R> method(ActorMethod1<A, X, R> method) {
        return method;
    }

    private static <X, A> ActorFactory1<X, A> factory(ActorFactory1<X, A> factory) {
        return factory;
    }

    @Test
    void referencesTravelByName() {
        String counter = "L" + TestingCounter.class.getName().replace('.', '/') + ";";
        Described add = functions.describe(method(TestingCounter::add));
        assertEquals(reference("add", "(I)I", false), add.message().getMethod());
        assertEquals("TestingCounter.add", add.name());
        assertSame(TestingCounter.class, add.owner());
        ActorAction1<TestingCounter, Integer> set = TestingCounter::set;
        assertEquals(
                reference("set", "(I)V", false),
                functions.describe(set).message().getMethod());
        assertEquals(
                reference("<init>", "(I)V", false),
                functions
                        .describe(ActorFunctionsTest.<Integer, TestingCounter>factory(TestingCounter::new))
                        .message()
                        .getMethod());
        assertEquals(
                "TestingCounter",
                functions
                        .describe(ActorFunctionsTest.<Integer, TestingCounter>factory(TestingCounter::new))
                        .name());
        assertEquals(
                reference("from", "(I)" + counter, true),
                functions.describe(factory(TestingCounter::from)).message().getMethod());
        assertEquals(
                reference("addTo", "(" + counter + "I)I", true),
                functions.describe(method(TestingCounter::addTo)).message().getMethod());
    }

    @Test
    void whatCapturesTravelsAsItIsEachTime() throws Exception {
        int[] captured = {1, 2};
        Described[] described = new Described[2];
        for (int i = 0; i < 2; i++) {
            int more = captured[i];
            ActorMethod1<TestingCounter, Integer, Integer> method = (counter, x) -> counter.add(x + more);
            described[i] = functions.describe(method);
        }
        assertNotEquals(
                described[0].message().getLambda(), described[1].message().getLambda());
        assertEquals("ActorFunctionsTest's lambda", described[1].name());
        try (ObjectInputStream in = new ObjectInputStream(
                new ByteArrayInputStream(described[1].message().getLambda().toByteArray()))) {
            @SuppressWarnings("unchecked")
            ActorMethod1<TestingCounter, Integer, Integer> read =
                    (ActorMethod1<TestingCounter, Integer, Integer>) in.readObject();
            assertEquals(13, read.call(new TestingCounter(10), 1));
        }
    }

    @Test
    void anObjectThatIsNoLambdaTravelsAsItIs() {
        Described described = functions.describe(new Adding());
        assertFalse(described.message().getLambda().isEmpty());
        assertSame(Adding.class, described.owner());
    }

    @Test
    void whatCannotBeSerialisedIsNamed() {
        Object captured = new Object();
        ActorMethod1<TestingCounter, Integer, String> method = (counter, x) -> captured.toString();
        OrreryException refused = assertThrows(OrreryException.class, () -> functions.describe(method));
        assertEquals(ErrorCode.NOT_SERIALIZABLE, refused.code());
        assertTrue(refused.getMessage().contains("java.lang.Object"), refused.getMessage());
        assertEquals(
                ErrorCode.INVALID_ARGUMENT,
                assertThrows(OrreryException.class, () -> functions.describe(null))
                        .code());
    }
}
