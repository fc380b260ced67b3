package dev.orrery.testing;

import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.StageMessageHeader;
import dev.orrery.internal.proto.TensorData;
import dev.orrery.nccl.World;
import dev.orrery.tensor.Tensor;
import dev.orrery.tensor.Tensors;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Speaks the protocol of messages over worlds, as the replica before and the one behind do. */
public final class TestingPath {
    private static final long DEADLINE_SECONDS = 30;

    /** A message that came out at the other end. */
    public record Message(StageMessageHeader header, Tensors tensors) {}

    private TestingPath() {}

    public static StageMessageHeader header(ActorLife gateway, long request, Tensors tensors, Long... path) {
        StageMessageHeader.Builder header = StageMessageHeader.newBuilder()
                .setRequest(request)
                .setAttempt(1)
                .addAllPath(List.of(path))
                .setRemainingMicros(10_000_000)
                .setGateway(gateway);
        for (var named : tensors) {
            TensorData.Builder described = header.addTensorsBuilder()
                    .setName(named.getKey())
                    .setDataType(named.getValue().dataType().name());
            for (long extent : named.getValue().shape()) {
                described.addShape(extent);
            }
        }
        return header.build();
    }

    /** Sends from rank 0; the returned future tells when all is out. */
    public static CompletableFuture<Void> send(World world, StageMessageHeader header, Tensors tensors) {
        byte[] bytes = header.toByteArray();
        CompletableFuture<Void> sent = world.communicator().send(1, Tensor.ofUint8(bytes, bytes.length));
        for (var named : tensors) {
            CompletableFuture<Void> next = world.communicator().send(1, named.getValue());
            sent = sent.thenCombine(next, (first, second) -> null);
        }
        return sent;
    }

    /** Sends as {@link #send} does, and closes the tensors then. */
    public static void sendAndClose(World world, StageMessageHeader header, Tensors tensors) {
        send(world, header, tensors).whenComplete((sent, failure) -> tensors.close());
    }

    /** Receives one message with a text at rank 1: its request and the text. */
    public static String receiveText(World world) throws Exception {
        Message message = receive(world);
        try (Tensors tensors = message.tensors()) {
            return message.header().getRequest() + " "
                    + tensors.get("text").toStrings().get(0);
        }
    }

    /** Receives one whole message at rank 1. */
    public static Message receive(World world) throws Exception {
        StageMessageHeader header;
        try (Tensor bytes = next(world)) {
            header = StageMessageHeader.parseFrom(bytes.toBytes());
        }
        Tensors.Builder tensors = Tensors.builder();
        for (TensorData described : header.getTensorsList()) {
            tensors.put(described.getName(), next(world));
        }
        return new Message(header, tensors.build());
    }

    private static Tensor next(World world) throws Exception {
        return world.communicator().receive(0).get(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }
}
