package dev.orrery.internal.rpc;

import com.google.protobuf.ByteString;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.Hello;
import dev.orrery.internal.proto.Proof;
import dev.orrery.internal.time.NanoClock;
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
    private final Optional<HostPort> dialled;
    private final boolean dialler;
    private final CompletableFuture<RpcChannel> established;
    private final Hello own;
    private Optional<Hello> peer = Optional.empty();

    /** @param dialled what was dialled; empty at the listener */
    HandshakeHandler(RpcEnd end, Optional<HostPort> dialled, CompletableFuture<RpcChannel> established) {
        this.end = end;
        this.dialled = dialled;
        this.dialler = dialled.isPresent();
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
        var deadline = context.executor()
                .schedule(
                        () -> fail(
                                context,
                                ErrorCode.DEADLINE_EXCEEDED,
                                "waited " + timeoutMillis + " ms for " + (peer.isPresent() ? "the proof" : "a greeting")
                                        + " of Orrery's protocol"),
                        timeoutMillis,
                        TimeUnit.MILLISECONDS);
        established.whenComplete((connection, failure) -> deadline.cancel(false));
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
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf frame = (ByteBuf) message;
        if (established.isDone()) {
            // Refused; what was read together with the reason counts no more.
            frame.release();
        } else if (peer.isEmpty()) {
            onHello(context, Frames.read(Hello.parser(), frame));
        } else {
            onProof(context, Frames.read(Proof.parser(), frame));
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
                    "another cluster: it is of '" + theirs + "', and this end is of '" + ours + "'");
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
            fail(
                    context,
                    ErrorCode.UNAUTHENTICATED,
                    "wrong cluster secret, or another cluster: the two ends do not hold the same secret");
            return;
        }
        PeerRole role;
        try {
            role = PeerRole.valueOf(other.getRole());
        } catch (IllegalArgumentException e) {
            throw OrreryException.of(ErrorCode.PROTOCOL, "a peer of unknown role " + other.getRole(), e);
        }
        RpcChannel channel = new RpcChannel(
                context.channel(),
                new RpcPeer(role, other.getName(), address(context)),
                end.limits(),
                end.handlers(),
                NanoClock.SYSTEM);
        context.pipeline().get(FrameDecoder.class).trust(end.limits().maxFrameBytes(), channel::onBytes);
        context.pipeline().replace(this, "connection", channel);
        established.complete(channel);
    }

    private static HostPort address(ChannelHandlerContext context) {
        return context.channel().remoteAddress() instanceof InetSocketAddress inet
                ? new HostPort(inet.getHostString(), inet.getPort())
                : new HostPort("unknown", 0);
    }

    private void fail(ChannelHandlerContext context, ErrorCode code, String why) {
        HostPort address = dialled.orElseGet(() -> address(context));
        established.completeExceptionally(OrreryException.of(
                code, "no connection with " + address + ": " + why, Map.of("peer", address.toString())));
        context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        fail(
                context,
                ErrorCode.CONNECTION_LOST,
                "it closed the connection before its " + (peer.isPresent() ? "proof" : "greeting"));
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
