package dev.orrery.nccl.port;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.nccl.proto.Challenge;
import dev.orrery.nccl.proto.Hello;
import dev.orrery.nccl.proto.Proof;
import dev.orrery.nccl.proto.SignedChallenge;
import dev.orrery.nccl.proto.Verdict;
import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.CompletableFuture;

/** The connecting side. Proves nothing to a peer that has not proven itself first. */
final class ConnectorHandshake extends HandshakeDecoder {
    private final Proofs proofs;
    private final byte[] hello;
    private final Dial dial;
    private final CompletableFuture<PeerProcess> outcome;
    private boolean proven;
    private PeerProcess peer;

    ConnectorHandshake(Proofs proofs, PeerProcess self, Dial dial, CompletableFuture<PeerProcess> outcome) {
        super(dial.timeout());
        this.proofs = proofs;
        this.dial = dial;
        this.outcome = outcome;
        Hello.Builder words =
                Hello.newBuilder().setFrom(self.toMessage()).setNonce(ByteString.copyFrom(proofs.nonce()));
        dial.hello().ifPresent(words::setData);
        this.hello = words.build().toByteArray();
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        Wire.write(ctx, ctx.alloc().buffer(PREFACE_BYTES).writeBytes(MAGIC).writeByte(VERSION));
        Wire.write(ctx, frame(ctx, hello));
        ctx.flush();
        ctx.fireChannelActive();
    }

    @Override
    void onFrame(ChannelHandlerContext ctx, byte[] frame) throws InvalidProtocolBufferException {
        if (proven) {
            onVerdict(ctx, Verdict.parseFrom(frame));
        } else {
            onChallenge(ctx, SignedChallenge.parseFrom(frame));
        }
    }

    private void onChallenge(ChannelHandlerContext ctx, SignedChallenge signed) throws InvalidProtocolBufferException {
        byte[] challenge = signed.getChallenge().toByteArray();
        if (!Proofs.same(signed.getProof().toByteArray(), proofs.ofAcceptor(hello, challenge))) {
            refuse(ctx, ErrorCode.UNAUTHENTICATED, "does not know this cluster's secret");
            return;
        }
        peer = PeerProcess.of(Challenge.parseFrom(challenge).getFrom());
        if (dial.instance().isPresent() && !dial.instance().get().equals(peer.instance())) {
            refuse(ctx, ErrorCode.FENCED, "is another process by now");
            return;
        }
        proven = true;
        send(
                ctx,
                Proof.newBuilder()
                        .setProof(ByteString.copyFrom(proofs.ofConnector(hello, challenge)))
                        .build());
    }

    private void onVerdict(ChannelHandlerContext ctx, Verdict verdict) {
        switch (verdict.getAnswer()) {
            case WELCOME -> {
                if (handOver(ctx, dial.connection(), peer)) {
                    outcome.complete(peer);
                } else {
                    onFailure(Reason.CLOSED, "the peer closed the connection at once");
                }
            }
            case UNKNOWN_WORLD -> refuse(ctx, ErrorCode.UNKNOWN_WORLD, "does not know the world yet");
            case WRONG_MEMBERS -> refuse(ctx, ErrorCode.FENCED, "refused: " + verdict.getWhy());
            case WORLD_GONE -> refuse(ctx, ErrorCode.BROKEN_WORLD, "refused: " + verdict.getWhy());
            case BAD_PROOF -> refuse(ctx, ErrorCode.UNAUTHENTICATED, "refused: " + verdict.getWhy());
            default -> refuse(ctx, ErrorCode.PROTOCOL, "refused: " + verdict.getWhy());
        }
    }

    private void refuse(ChannelHandlerContext ctx, ErrorCode code, String why) {
        if (!ended()) {
            end();
            Wire.close(ctx);
            fail(code, why);
        }
    }

    @Override
    void onFailure(Reason reason, String why) {
        switch (reason) {
            case CLOSED -> fail(ErrorCode.CONNECTION_LOST, why);
            case TIMEOUT -> fail(ErrorCode.DEADLINE_EXCEEDED, why);
            case GARBAGE -> fail(ErrorCode.PROTOCOL, "does not speak the protocol of worlds: " + why);
        }
    }

    private void fail(ErrorCode code, String why) {
        outcome.completeExceptionally(OrreryException.of(code, dial.address() + " " + why));
    }
}
