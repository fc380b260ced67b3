package dev.orrery.internal.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.RpcError;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class ErrorCodecTest {
    @Test
    void wrappersAreTakenOff() {
        OrreryException inner = OrreryException.of(ErrorCode.FENCED, "old");
        Throwable wrapped = new ExecutionException(new CompletionException(inner));
        assertEquals("FENCED", ErrorCodec.toMessage(wrapped).getCode());
        assertEquals(
                "CANCELLED", ErrorCodec.toMessage(new CancellationException()).getCode());
    }

    @Test
    void codeOfANewerPeerIsInternal() {
        OrreryException error = ErrorCodec.fromMessage(
                RpcError.newBuilder().setCode("MOON_PHASE").setMessage("full").build());
        assertEquals(ErrorCode.INTERNAL, error.code());
        assertTrue(error.getMessage().contains("full"));
    }

    @Test
    void failuresKeepTheirConsequences() {
        Failure failure = Failure.of(new IllegalStateException("outer", new java.io.IOException("root")))
                .at("node-2", "/logs/x");
        Failure back = ErrorCodec.fromMessage(ErrorCodec.toMessage(failure));
        assertEquals(failure, back);
        assertEquals("java.io.IOException", back.kind());
        assertEquals("outer", back.consequence().orElseThrow().message());
    }

    @Test
    void leaderTravelsWithNotLeader() {
        HostPort leader = new HostPort("fe80::1", 6400);
        OrreryException error =
                ErrorCodec.fromMessage(ErrorCodec.toMessage(ErrorCodec.notLeader("h1", Optional.of(leader))));
        assertEquals(Optional.of(leader), ErrorCodec.leaderOf(error));
        assertTrue(error.getMessage().contains("the leader is [fe80::1]:6400"), error.getMessage());
        OrreryException unknown = ErrorCodec.notLeader("h1", Optional.empty());
        assertEquals(Optional.empty(), ErrorCodec.leaderOf(unknown));
        OrreryException doubtful = ErrorCodec.notLeader("h1", Optional.of(leader), Optional.of("it is dark"));
        assertEquals(Optional.of(leader), ErrorCodec.leaderOf(doubtful));
        assertTrue(doubtful.getMessage().contains("(it is dark)"), doubtful.getMessage());
        assertEquals(
                Optional.empty(),
                ErrorCodec.leaderOf(OrreryException.of(ErrorCode.FENCED, "x", java.util.Map.of("leader", "h:1"))));
    }
}
