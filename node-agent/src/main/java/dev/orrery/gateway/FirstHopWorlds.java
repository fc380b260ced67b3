package dev.orrery.gateway;

import dev.orrery.gateway.core.Effect;
import dev.orrery.gateway.core.Life;
import dev.orrery.internal.proto.StageMessageHeader;
import dev.orrery.internal.tensor.TensorCodec;
import dev.orrery.nccl.World;
import dev.orrery.tensor.Tensor;
import dev.orrery.world.Communicator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * Sends requests to replicas of the first stage. Of the gateway's thread only, so that a message's header and tensors
 * follow each other; how many wait in a world is bounded by its replica's credits.
 */
final class FirstHopWorlds {
    private static final int DOWNSTREAM = 1;

    private final Map<Long, World> worlds = new HashMap<>();
    private final Life gateway;
    private final BiConsumer<Long, String> onFailedSend;

    /** @param onFailedSend told the world and why, on an I/O thread */
    FirstHopWorlds(Life gateway, BiConsumer<Long, String> onFailedSend) {
        this.gateway = gateway;
        this.onFailedSend = onFailedSend;
    }

    void add(World world) {
        worlds.put(world.id(), world);
    }

    void remove(long world) {
        worlds.remove(world);
    }

    void send(Effect.Send send, long nowNanos) {
        World world = worlds.get(send.path().get(0));
        if (world == null) {
            // Its end is on the way to the core, which then replays.
            return;
        }
        RequestTensors request = (RequestTensors) send.payload();
        byte[] bytes = header(send, request, nowNanos).toByteArray();
        Tensor header = Tensor.ofUint8(bytes, bytes.length);
        request.retain();
        Communicator communicator = world.communicator();
        List<CompletableFuture<Void>> sends =
                new ArrayList<>(1 + request.tensors().size());
        sends.add(communicator.send(DOWNSTREAM, header));
        request.tensors().forEach(named -> sends.add(communicator.send(DOWNSTREAM, named.getValue())));
        CompletableFuture.allOf(sends.toArray(CompletableFuture<?>[]::new)).whenComplete((done, failure) -> {
            header.close();
            request.release();
            if (failure != null) {
                onFailedSend.accept(world.id(), "sending failed: " + failure.getMessage());
            }
        });
    }

    private StageMessageHeader header(Effect.Send send, RequestTensors request, long nowNanos) {
        StageMessageHeader.Builder header = StageMessageHeader.newBuilder()
                .setRequest(send.request())
                .setAttempt(send.attempt())
                .addAllPath(send.path())
                .setHop(0)
                .setRemainingMicros(TimeUnit.NANOSECONDS.toMicros(send.deadlineNanos() - nowNanos))
                .setGateway(gateway.toMessage());
        request.tensors().forEach(named -> header.addTensors(TensorCodec.header(named.getKey(), named.getValue())));
        return header.build();
    }
}
