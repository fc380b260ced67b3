package dev.orrery.error;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OrreryExceptionTest {
    @Test
    void innermostCauseComesFirstAndWrappersDoNotCount() {
        Exception thrown = new ExecutionException(new CompletionException(
                new IllegalStateException("cannot open", new IOException("no such model: a.onnx"))));
        Failure failure = Failure.of(thrown);
        assertEquals("java.io.IOException", failure.kind());
        assertEquals("no such model: a.onnx", failure.message());
        assertTrue(failure.stackTrace().contains("OrreryExceptionTest"), failure.stackTrace());
        Failure consequence = failure.consequence().orElseThrow();
        assertEquals("java.lang.IllegalStateException", consequence.kind());
        assertEquals("", consequence.stackTrace());
        assertEquals(Optional.empty(), consequence.consequence());
    }

    @Test
    void anExceptionThatThrowsWhenItIsAskedIsToldByItsClass() {
        class Silent extends RuntimeException {
            private static final long serialVersionUID = 1L;

            @Override
            public String getMessage() {
                throw new UnsupportedOperationException("not now");
            }
        }
        Failure failure = Failure.of(new Silent());
        assertEquals(Silent.class.getName(), failure.kind());
        assertEquals("(cannot be told: java.lang.UnsupportedOperationException)", failure.message());
    }

    @Test
    void longTextsAndDeepCausesAreCut() {
        Throwable deep = new IllegalStateException("x".repeat(10_000));
        for (int i = 0; i < 30; i++) {
            deep = new IllegalStateException("level " + i, deep);
        }
        int depth = 0;
        for (Optional<Failure> at = Optional.of(Failure.of(deep));
                at.isPresent();
                at = at.get().consequence()) {
            depth++;
            assertTrue(at.get().message().length() <= 4_001);
            assertTrue(at.get().stackTrace().length() <= 8_001);
        }
        assertEquals(11, depth);
        assertEquals(
                4_001,
                Failure.of(new IllegalStateException("x".repeat(10_000)))
                        .message()
                        .length());
    }

    @Test
    void summarySaysWhatAndWhere() {
        assertEquals("exit: code 1", Failure.of("exit", "code 1").summary());
        assertEquals(
                "signal: KILL (on host-1, log /tmp/w.log)",
                Failure.of("signal", "KILL").at("host-1", "/tmp/w.log").summary());
        assertEquals(
                "signal (on host-1)", Failure.of("signal", "").at("host-1", "").summary());
    }

    @Test
    void messageBeginsWithTheFirstCause() {
        Failure user = Failure.of(new IllegalArgumentException("not a vector")).at("host-1", "/logs/a");
        OrreryException failure = OrreryException.of(
                ErrorCode.STAGE_FAILED,
                "stage encode threw",
                Map.of("stage", "encode", "pipeline", "embed"),
                Optional.of(user));
        assertEquals(
                "java.lang.IllegalArgumentException: not a vector (on host-1, log /logs/a) -- stage encode threw"
                        + " [pipeline=embed, stage=encode]",
                failure.getMessage());
        assertEquals("stage encode threw", failure.detail());
        assertSame(user, failure.failure().orElseThrow());
        assertInstanceOf(StageFailedException.class, failure);
    }

    @Test
    void causeIsKept() {
        IOException cause = new IOException("disk");
        OrreryException failure = OrreryException.of(ErrorCode.INTERNAL, "cannot write", cause);
        assertSame(cause, failure.getCause());
        assertEquals("cannot write", failure.getMessage());
    }

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void everyCodeMakesAnExceptionThatTellsIt(ErrorCode code) {
        OrreryException failure = OrreryException.of(code, "what happened", Map.of("pipeline", "embed"));
        assertSame(code, failure.code());
        assertEquals("what happened [pipeline=embed]", failure.getMessage());
        assertEquals(Map.of("pipeline", "embed"), failure.ids());
    }

    @Test
    void userMistakesAreNotRetryable() {
        for (ErrorCode code : ErrorCode.values()) {
            if (code.category() == ErrorCode.Category.USER || code.category() == ErrorCode.Category.SECURITY) {
                assertFalse(code.retryable(), code.name());
            }
        }
    }

    @Test
    void survivesJavaSerialisation() throws IOException, ClassNotFoundException {
        OrreryException failure =
                OrreryException.of(ErrorCode.OVERLOADED, "the queue is full", Map.of("pipeline", "embed"));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(failure);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            OrreryException read = (OrreryException) in.readObject();
            assertSame(ErrorCode.OVERLOADED, read.code());
            assertEquals(failure.getMessage(), read.getMessage());
            assertEquals(Map.of(), read.ids());
            assertEquals(Optional.empty(), read.failure());
        }
    }
}
