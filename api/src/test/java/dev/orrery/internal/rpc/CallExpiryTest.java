package dev.orrery.internal.rpc;

import static dev.orrery.testing.TestingRpc.ECHO;
import static dev.orrery.testing.TestingRpc.failure;
import static dev.orrery.testing.TestingRpc.text;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.StringValue;
import dev.orrery.error.ErrorCode;
import dev.orrery.internal.proto.RpcFrame;
import dev.orrery.testing.TestingRpc;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The calling side of a connection on which time passes between any two steps of a call. */
class CallExpiryTest {
    private static final Duration TIMEOUT = Duration.ofMillis(50);

    /** Asked before each frame whether it is active: then the event loop, another thread in earnest, runs on. */
    private static final class Channel extends FrozenChannel {
        private boolean hurrying;

        @Override
        public boolean isActive() {
            if (hurrying) {
                hurrying = false;
                pass(TIMEOUT);
            }
            return super.isActive();
        }
    }

    private final Channel channel = new Channel();
    private final RpcChannel connection = new RpcChannel(
            channel,
            new RpcPeer(PeerRole.HEAD, "server", TestingRpc.ANY_PORT),
            RpcLimits.defaults(),
            RpcHandlers.none(),
            channel.clock());

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private List<RpcFrame.KindCase> sent() {
        channel.runPendingTasks();
        List<RpcFrame.KindCase> kinds = new ArrayList<>();
        for (ByteBuf frame = channel.readOutbound(); frame != null; frame = channel.readOutbound()) {
            frame.skipBytes(Integer.BYTES);
            kinds.add(Frames.read(RpcFrame.parser(), frame).getKindCase());
        }
        return kinds;
    }

    @Test
    void aCallThatExpiresWhileItIsSentIsCancelledAfterItsRequest() {
        channel.pipeline().addLast(connection);
        channel.hurrying = true;
        CompletableFuture<StringValue> call = connection.call(ECHO, text("x"), TIMEOUT);
        channel.pass(TIMEOUT);
        assertEquals(ErrorCode.DEADLINE_EXCEEDED, failure(call).code());
        assertEquals(List.of(RpcFrame.KindCase.REQUEST, RpcFrame.KindCase.CANCEL), sent());
    }
}
