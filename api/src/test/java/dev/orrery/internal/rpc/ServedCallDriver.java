package dev.orrery.internal.rpc;

import com.google.protobuf.StringValue;
import dev.orrery.internal.proto.RpcFrame;
import dev.orrery.testing.TestingRpc;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** The served side of a connection whose caller never cancels. */
final class ServedCallDriver {
    private final FrozenChannel channel = new FrozenChannel();
    private Duration timeout = Duration.ZERO;

    ServedCallDriver(CompletableFuture<StringValue> handling) {
        RpcPeer peer = new RpcPeer(PeerRole.DRIVER, "driver", TestingRpc.ANY_PORT);
        RpcHandlers handlers = RpcHandlers.builder()
                .on(TestingRpc.ECHO, (connection, request) -> handling)
                .build();
        channel.pipeline().addLast(new RpcChannel(channel, peer, RpcLimits.defaults(), handlers, channel.clock()));
    }

    void request(Duration given) {
        timeout = given;
        ByteBuf frame = Unpooled.wrappedBuffer(RpcFrame.newBuilder()
                .setRequest(RpcFrame.Request.newBuilder()
                        .setCall(7)
                        .setMethod("Echo")
                        .setTimeoutMillis(given.toMillis()))
                .build()
                .toByteArray());
        channel.writeInbound(frame);
    }

    RpcFrame.Response response() throws Exception {
        channel.pass(timeout.minusNanos(1));
        if (channel.readOutbound() != null) {
            throw new AssertionError("answered before the deadline");
        }
        channel.pass(Duration.ofNanos(1));
        ByteBuf frame = channel.readOutbound();
        frame.skipBytes(Integer.BYTES);
        return Frames.read(RpcFrame.parser(), frame).getResponse();
    }

    void close() {
        channel.finishAndReleaseAll();
    }
}
