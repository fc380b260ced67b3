package dev.orrery.nccl.world;

import com.google.protobuf.MessageLite;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.Backend;
import dev.orrery.internal.proto.WorldMember;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.nccl.WorldOptions;
import dev.orrery.nccl.port.DataPort;
import dev.orrery.nccl.port.Dial;
import dev.orrery.nccl.port.Incoming;
import dev.orrery.nccl.port.PeerProcess;
import dev.orrery.nccl.port.PortConnection;
import dev.orrery.nccl.port.PortListener;
import dev.orrery.nccl.port.Retry;
import dev.orrery.nccl.proto.Answer;
import dev.orrery.nccl.proto.DataHello;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Knows the cluster's secret, and on a data connection says only what a test wants, whatever it hears. */
final class TestingRogue implements PortListener, PortConnection, AutoCloseable {
    private final DataPort port = new DataPort(WorldOptions.builder().build(), TestingMember.SECRET, this);
    private final String awaited;
    private final List<MessageLite> says;

    private TestingRogue(String awaited, List<MessageLite> says) {
        this.awaited = awaited;
        this.says = says;
    }

    /** Speaks at once. */
    static TestingRogue start(MessageLite... says) {
        return startAndAwait("", says);
    }

    /** Speaks when it has heard that text. */
    static TestingRogue startAndAwait(String text, MessageLite... says) {
        TestingRogue rogue = new TestingRogue(text, List.of(says));
        rogue.port.start();
        return rogue;
    }

    HostPort address() {
        return port.self().address();
    }

    /** As the member of rank 1, to that of rank 0, as often as it takes until that knows the world. */
    void dial(WorldSpec spec) {
        List<ActorLife> lives =
                spec.getMembersList().stream().map(WorldMember::getLife).toList();
        DataHello hello = DataHello.newBuilder()
                .setWorld(spec.getId())
                .setRank(1)
                .setToRank(0)
                .setBackend(Backend.HOST)
                .addAllMembers(lives)
                .build();
        HostPort there = HostPort.of(spec.getMembers(0).getDataAddress());
        Dial dial = new Dial(there, Optional.of(hello), Optional.empty(), this, Duration.ofSeconds(20));
        try {
            TestingMember.get(port.dial(dial));
        } catch (AssertionError e) {
            if (e.getCause().getCause() == null
                    || !Retry.canHeal(Retry.cause(e.getCause().getCause()))) {
                throw e;
            }
            dial(spec);
        }
    }

    @Override
    public void onLink(PeerProcess peer, Incoming incoming) {
        // Its peers go on without one for as long as worlds may take to form.
        incoming.refuse(Answer.UNKNOWN_WORLD, "this one has no links");
    }

    @Override
    public void onData(PeerProcess peer, DataHello hello, Incoming incoming) {
        incoming.accept(this);
    }

    @Override
    public ChannelHandler[] handlers(PeerProcess peer) {
        return new ChannelHandler[] {new Speaker()};
    }

    @Override
    public void gone() {}

    @Override
    public void close() {
        port.close();
    }

    private final class Speaker extends ChannelInboundHandlerAdapter {
        private final StringBuilder heard = new StringBuilder();

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            if (awaited.isEmpty()) {
                speak(ctx);
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            boolean before = heard.indexOf(awaited) >= 0;
            heard.append(bytes.toString(StandardCharsets.ISO_8859_1));
            bytes.release();
            if (!before && heard.indexOf(awaited) >= 0) {
                speak(ctx);
            }
        }

        private void speak(ChannelHandlerContext ctx) {
            for (MessageLite message : says) {
                byte[] bytes = message.toByteArray();
                ctx.writeAndFlush(Unpooled.buffer().writeInt(bytes.length).writeBytes(bytes))
                        .addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
            }
        }
    }
}
