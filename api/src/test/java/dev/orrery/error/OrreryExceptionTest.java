package dev.orrery.error;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class OrreryExceptionTest {
    @Test
    void beginsWithTheFirstCauseAndEndsWithTheIds() {
        OrreryException error = OrreryException.of(
                ErrorCode.STAGE_FAILED,
                "stage encode failed",
                Map.of("stage", "encode", "request", "7"),
                Optional.of(Failure.of(new IllegalStateException("no disk")).at("host-1", "/logs/a")));

        assertInstanceOf(StageFailedException.class, error);
        assertEquals(
                "java.lang.IllegalStateException: no disk (on host-1, log /logs/a) -- stage encode failed"
                        + " [request=7, stage=encode]",
                error.getMessage());
        assertEquals("stage encode failed", error.detail());
    }

    @Test
    void aFailureBeginsWithTheRootCause() {
        Throwable thrown =
                new CompletionException(new IllegalArgumentException("outer", new java.io.IOException("disk is full")));

        Failure failure = Failure.of(thrown);

        assertEquals("java.io.IOException", failure.kind());
        assertEquals("disk is full", failure.message());
        assertTrue(failure.stackTrace().contains("OrreryExceptionTest"));
        Failure consequence = failure.consequence().orElseThrow();
        assertEquals("outer", consequence.message());
        assertEquals(Optional.empty(), consequence.consequence());
    }

    @Test
    void everyCodeMakesAnException() {
        for (ErrorCode code : ErrorCode.values()) {
            assertEquals(code, OrreryException.of(code, "x").code());
        }
    }

    @Test
    void aLongTraceIsCut() {
        Throwable thrown = new StackOverflowError("x".repeat(100_000));
        assertTrue(Failure.of(thrown).message().length() < 5_000);
    }
}
