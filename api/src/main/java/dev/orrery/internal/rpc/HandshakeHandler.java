package dev.orrery.internal.rpc;

import com.google.protobuf.ByteString;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.Hello;
import dev.orrery.internal.proto.Proof;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Mutual challenge and response. The dialler sends its Hello; the listener answers Hello and Proof; the dialler sends its
 * Proof. A proof is an HMAC of both Hellos under a label for the side, so it is good for this connection and this side
 * only. Then this handler puts an {@link RpcChannel} in its own place.
 */
final class HandshakeHandler extends ChannelInboundHandlerAdapter {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int NONCE_BYTES = 32;
    private static final byte[] DIALLER = "orrery-rpc-dialler".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LISTENER = "orrery-rpc-listener".getBytes(StandardCharsets.US_ASCII);

    private final RpcEnd end;
    private final boolean dialler;
    private final CompletableFuture<RpcChannel> established;
    private final Hello own;
    private Optional<Hello> peer = Optional.empty();

    HandshakeHandler(RpcEnd end, boolean dialler, CompletableFuture<RpcChannel> established) {
        this.end = end;
        this.dialler = dialler;
        this.established = established;
        byte[] nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        RpcIdentity identity = end.identity();
        this.own = Hello.newBuilder()
                .setCluster(identity.cluster())
                .setRole(identity.role().name())
                .setName(identity.name())
                .setNonce(ByteString.copyFrom(nonce))
                .build();
    }

    @Override
    public void channelActive(ChannelHandlerContext context) throws Exception {
        long timeoutMillis = end.limits().handshakeTimeout().toMillis();
        context.executor()
                .schedule(
                        () -> {
                            if (!established.isDone()) {
                                fail(context, ErrorCode.PROTOCOL, "no handshake within " + timeoutMillis + " ms");
                            }
                        },
                        timeoutMillis,
                        TimeUnit.MILLISECONDS);
        if (dialler) {
            sendHello(context);
            context.flush();
        }
        super.channelActive(context);
    }

    private void sendHello(ChannelHandlerContext context) {
        ByteBuf preface = context.alloc().ioBuffer(Preface.LENGTH);
        Preface.write(preface);
        context.write(preface);
        context.write(Frames.write(context.alloc(), own));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object frame) {
        if (peer.isEmpty()) {
            onHello(context, Frames.read(Hello.parser(), (ByteBuf) frame));
        } else {
            onProof(context, Frames.read(Proof.parser(), (ByteBuf) frame));
        }
    }

    private void onHello(ChannelHandlerContext context, Hello hello) {
        if (hello.getNonce().size() != NONCE_BYTES || hello.getNonce().equals(own.getNonce())) {
            throw OrreryException.of(ErrorCode.PROTOCOL, "a greeting without a nonce of its own");
        }
        peer = Optional.of(hello);
        if (!dialler) {
            sendHello(context);
        }
        context.write(Frames.write(
                context.alloc(),
                Proof.newBuilder()
                        .setMac(ByteString.copyFrom(mac(dialler, hello)))
                        .build()));
        context.flush();
        String theirs = hello.getCluster();
        String ours = own.getCluster();
        if (!theirs.isEmpty() && !ours.isEmpty() && !theirs.equals(ours)) {
            fail(
                    context,
                    ErrorCode.UNAUTHENTICATED,
                    "it is of cluster '" + theirs + "', this is cluster '" + ours + "'");
        }
    }

    private byte[] mac(boolean byDialler, Hello other) {
        byte[] first = (dialler ? own : other).toByteArray();
        byte[] second = (dialler ? other : own).toByteArray();
        return end.identity().secret().mac(byDialler ? DIALLER : LISTENER, first, second);
    }

    private void onProof(ChannelHandlerContext context, Proof proof) {
        Hello other = peer.orElseThrow();
        if (!MessageDigest.isEqual(mac(!dialler, other), proof.getMac().toByteArray())) {
            fail(context, ErrorCode.UNAUTHENTICATED, "it does not know this cluster's secret");
            return;
        }
        PeerRole role;
        try {
            role = PeerRole.valueOf(other.getRole());
        } catch (IllegalArgumentException e) {
            throw OrreryException.of(ErrorCode.PROTOCOL, "a peer of unknown role " + other.getRole(), e);
        }
        RpcChannel channel = new RpcChannel(
                context.channel(), new RpcPeer(role, other.getName(), address(context)), end.limits(), end.handlers());
        context.pipeline().get(FrameDecoder.class).raiseLimit(end.limits().maxFrameBytes());
        context.pipeline().replace(this, "connection", channel);
        established.complete(channel);
    }

    private static HostPort address(ChannelHandlerContext context) {
        return context.channel().remoteAddress() instanceof InetSocketAddress inet
                ? new HostPort(inet.getHostString(), inet.getPort())
                : new HostPort("unknown", 0);
    }

    private void fail(ChannelHandlerContext context, ErrorCode code, String why) {
        established.completeExceptionally(OrreryException.of(
                code,
                "no connection with " + address(context) + ": " + why,
                Map.of("peer", address(context).toString())));
        context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        fail(
                context,
                peer.isPresent() ? ErrorCode.UNAUTHENTICATED : ErrorCode.CONNECTION_LOST,
                peer.isPresent()
                        ? "it closed the connection instead of accepting the proof of the secret"
                        : "it closed the connection before its greeting");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable thrown) {
        Throwable cause = thrown.getCause() instanceof OrreryException ? thrown.getCause() : thrown;
        if (cause instanceof OrreryException known) {
            fail(context, known.code(), known.detail());
        } else {
            fail(context, ErrorCode.CONNECTION_LOST, String.valueOf(cause.getMessage()));
        }
    }
}
