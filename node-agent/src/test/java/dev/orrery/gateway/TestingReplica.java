package dev.orrery.gateway;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.orrery.error.Failure;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.Attempt;
import dev.orrery.internal.proto.CancelAttempt;
import dev.orrery.internal.proto.ReplicaAttach;
import dev.orrery.internal.proto.ReplicaNotice;
import dev.orrery.internal.proto.StageMessageHeader;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.rpc.RpcHandlers;
import dev.orrery.nccl.World;
import dev.orrery.nccl.WorldManager;
import dev.orrery.tensor.Tensor;
import dev.orrery.world.Communicator;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What a gateway sees of a replica. It does nothing by itself: a test says what becomes of each request. */
final class TestingReplica {
    /** A request that arrived. */
    record Received(StageMessageHeader header, List<Tensor> tensors) {}

    private final ActorLife life;
    private final BlockingQueue<CancelAttempt> cancels = new LinkedBlockingQueue<>();
    private Optional<WorldManager> manager = Optional.empty();
    private Optional<RpcConnection> link = Optional.empty();

    TestingReplica(ActorLife life) {
        this.life = life;
    }

    void use(WorldManager worlds) {
        manager = Optional.of(worlds);
    }

    void onWorld(long world, WorldState state, Optional<Failure> cause) {}

    RpcHandlers handlers() {
        return RpcHandlers.builder()
                .onNotice(Protocol.CANCEL_ATTEMPT, (connection, cancel) -> cancels.add(cancel))
                .build();
    }

    void attach(RpcConnection connection) {
        ReplicaAttach hello = ReplicaAttach.newBuilder()
                .setLife(life)
                .setReplica(life.getActor())
                .setStage("echo")
                .setPipeline("echo")
                .build();
        connection.call(Protocol.ATTACH_REPLICA, hello, TestingGateway.TIMEOUT).join();
        link = Optional.of(connection);
    }

    private Communicator world(long id) {
        return manager.flatMap(worlds -> worlds.world(id))
                .map(World::communicator)
                .orElseThrow();
    }

    private static Tensor next(Communicator world, int peer) {
        return world.receive(peer)
                .orTimeout(TestingGateway.TIMEOUT.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    Received receive(long world) throws InvalidProtocolBufferException {
        Communicator in = world(world);
        StageMessageHeader header;
        try (Tensor bytes = next(in, 0)) {
            header = StageMessageHeader.parseFrom(bytes.toBytes());
        }
        List<Tensor> tensors = new ArrayList<>();
        for (int i = 0; i < header.getTensorsCount(); i++) {
            tensors.add(next(in, 0));
        }
        return new Received(header, tensors);
    }

    /** Sends back what came. */
    void echo(Received received) {
        StageMessageHeader header = received.header().toBuilder().setHop(1).build();
        Communicator out = world(header.getPath(1));
        byte[] bytes = header.toByteArray();
        try (Tensor first = Tensor.ofUint8(bytes, bytes.length)) {
            out.send(1, first).join();
        }
        for (Tensor tensor : received.tensors()) {
            out.send(1, tensor).join();
            tensor.close();
        }
    }

    void sendGarbage(long world) {
        try (Tensor garbage = Tensor.ofFloats(new float[] {1}, 1)) {
            world(world).send(1, garbage).join();
        }
    }

    void tell(ReplicaNotice notice) {
        link.orElseThrow().notify(Protocol.REPLICA_NOTICE, notice);
    }

    static Attempt attempt(Received received) {
        return Attempt.newBuilder()
                .setRequest(received.header().getRequest())
                .setAttempt(received.header().getAttempt())
                .build();
    }

    CancelAttempt nextCancel() throws InterruptedException {
        return Optional.ofNullable(cancels.poll(TestingGateway.TIMEOUT.toSeconds(), TimeUnit.SECONDS))
                .orElseThrow(() -> new AssertionError("no cancel came to " + life.getActor()));
    }

    void dropLink() {
        link.orElseThrow().close();
    }
}
