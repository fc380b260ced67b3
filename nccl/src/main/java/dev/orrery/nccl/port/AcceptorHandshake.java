package dev.orrery.nccl.port;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.orrery.nccl.proto.Answer;
import dev.orrery.nccl.proto.Challenge;
import dev.orrery.nccl.proto.Hello;
import dev.orrery.nccl.proto.Proof;
import dev.orrery.nccl.proto.SignedChallenge;
import dev.orrery.nccl.proto.Verdict;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import java.time.Duration;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The accepting side. Says nothing about worlds before the other side has proven that it belongs to the cluster. */
final class AcceptorHandshake extends HandshakeDecoder {
    private static final Logger log = LoggerFactory.getLogger(AcceptorHandshake.class);
    private static final int SHOWN_BYTES = 16;

    private final Proofs proofs;
    private final PeerProcess self;
    private final PortListener listener;
    private boolean prefaceSeen;
    private byte[] hello = new byte[0];
    private byte[] challenge = new byte[0];
    private boolean deciding;
    private String remote = "";

    AcceptorHandshake(Proofs proofs, PeerProcess self, PortListener listener, Duration timeout) {
        super(timeout);
        this.proofs = proofs;
        this.self = self;
        this.listener = listener;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        remote = remote(ctx.channel());
        ctx.fireChannelActive();
    }

    @Override
    boolean onPreface(ChannelHandlerContext ctx, ByteBuf in) {
        if (prefaceSeen) {
            return true;
        }
        byte[] seen = ByteBufUtil.getBytes(in, in.readerIndex(), Math.min(in.readableBytes(), MAGIC.length));
        if (!Arrays.equals(seen, Arrays.copyOf(MAGIC, seen.length))) {
            int shown = Math.min(in.readableBytes(), SHOWN_BYTES);
            String start = ByteBufUtil.hexDump(in, in.readerIndex(), shown);
            fail(ctx, Reason.GARBAGE, "this is a port for worlds, and what came is not: 0x" + start);
            return false;
        }
        if (in.readableBytes() < PREFACE_BYTES) {
            return false;
        }
        int version = in.skipBytes(MAGIC.length).readUnsignedByte();
        if (version != VERSION) {
            fail(ctx, Reason.GARBAGE, "version " + version + " of the protocol; this process speaks " + VERSION);
            return false;
        }
        prefaceSeen = true;
        return true;
    }

    @Override
    void onFrame(ChannelHandlerContext ctx, byte[] frame) throws InvalidProtocolBufferException {
        if (hello.length == 0) {
            if (!Proofs.isNonce(Hello.parseFrom(frame).getNonce().toByteArray())) {
                fail(ctx, Reason.GARBAGE, "a hello without a nonce");
                return;
            }
            hello = frame;
            Challenge words = Challenge.newBuilder()
                    .setFrom(self.toMessage())
                    .setNonce(ByteString.copyFrom(proofs.nonce()))
                    .build();
            challenge = words.toByteArray();
            send(
                    ctx,
                    SignedChallenge.newBuilder()
                            .setChallenge(ByteString.copyFrom(challenge))
                            .setProof(ByteString.copyFrom(proofs.ofAcceptor(hello, challenge)))
                            .build());
        } else if (deciding) {
            fail(ctx, Reason.GARBAGE, "more than a handshake before its end");
        } else {
            onProof(ctx, Proof.parseFrom(frame).getProof().toByteArray());
        }
    }

    private void onProof(ChannelHandlerContext ctx, byte[] proof) throws InvalidProtocolBufferException {
        deciding = true;
        if (!Proofs.same(proof, proofs.ofConnector(hello, challenge))) {
            log.warn("data port: {} does not know the cluster's secret; closed", remote);
            refuse(ctx, Answer.BAD_PROOF, "the proof of knowing the cluster's secret is wrong");
            return;
        }
        Hello words = Hello.parseFrom(hello);
        PeerProcess peer = PeerProcess.of(words.getFrom());
        Incoming incoming = new Waiting(ctx, peer);
        if (words.hasData()) {
            listener.onData(peer, words.getData(), incoming);
        } else {
            listener.onLink(peer, incoming);
        }
    }

    private void refuse(ChannelHandlerContext ctx, Answer answer, String why) {
        if (!ended()) {
            end();
            Wire.writeAndClose(
                    ctx,
                    frame(
                            ctx,
                            Verdict.newBuilder().setAnswer(answer).setWhy(why).build()));
        }
    }

    @Override
    void onFailure(Reason reason, String why) {
        if (reason == Reason.GARBAGE) {
            log.warn("data port: closed the connection from {}: {}", remote, why);
        } else {
            log.debug("data port: connection from {}: {}", remote, why);
        }
    }

    /** Waits for the decision. */
    private final class Waiting implements Incoming {
        private final ChannelHandlerContext ctx;
        private final PeerProcess peer;

        Waiting(ChannelHandlerContext ctx, PeerProcess peer) {
            this.ctx = ctx;
            this.peer = peer;
        }

        @Override
        public void accept(PortConnection connection) {
            Wire.execute(ctx.executor(), () -> {
                if (!ended()) {
                    send(ctx, Verdict.newBuilder().setAnswer(Answer.WELCOME).build());
                }
                handOver(ctx, connection, peer);
            });
        }

        @Override
        public void refuse(Answer answer, String why) {
            Wire.execute(ctx.executor(), () -> AcceptorHandshake.this.refuse(ctx, answer, why));
        }
    }
}
