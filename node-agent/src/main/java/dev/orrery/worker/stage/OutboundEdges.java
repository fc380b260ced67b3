package dev.orrery.worker.stage;

import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.Backend;
import dev.orrery.internal.proto.StageMessageHeader;
import dev.orrery.nccl.World;
import dev.orrery.tensor.Device;
import dev.orrery.tensor.Tensor;
import dev.orrery.tensor.Tensors;
import dev.orrery.world.Communicator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The worlds over which this replica forwards. Sends of one world come from one thread, so messages never interleave. */
final class OutboundEdges {
    /** Told on an I/O thread when a message that was accepted did not get out. */
    @FunctionalInterface
    interface Lost {
        void onLost(AttemptKey key, String why);
    }

    private record Edge(World world, EdgePlace place, AtomicInteger unsent) {}

    private static final int DOWNSTREAM = 1;

    private final int maxUnsentPerWorld;
    private final List<Device> devices;
    private final Lost lost;
    private final Map<Long, Edge> edges = new ConcurrentHashMap<>();

    /**
     * @param maxUnsentPerWorld more than credits allow in health; a world that does not take its data gets no more of it
     * @param devices of this process; the first is that of its NCCL worlds
     */
    OutboundEdges(int maxUnsentPerWorld, List<Device> devices, Lost lost) {
        this.maxUnsentPerWorld = maxUnsentPerWorld;
        this.devices = List.copyOf(devices);
        this.lost = lost;
    }

    void add(World world) {
        Optional<Device> carried =
                world.spec().getBackend() == Backend.NCCL ? devices.stream().findFirst() : Optional.empty();
        edges.put(world.id(), new Edge(world, new EdgePlace(carried), new AtomicInteger()));
    }

    void remove(long world) {
        edges.remove(world);
    }

    /** Sends without waiting and closes the tensors once they are out. Else says why not, and the caller closes them. */
    Optional<String> forward(long world, StageMessageHeader header, Tensors tensors) {
        Edge edge = edges.get(world);
        if (edge == null) {
            return Optional.of("no ready world " + Long.toHexString(world) + " leads on from here");
        }
        if (edge.unsent.incrementAndGet() > maxUnsentPerWorld) {
            edge.unsent.decrementAndGet();
            return Optional.of(
                    "busy: " + maxUnsentPerWorld + " messages wait to be sent over world " + Long.toHexString(world));
        }
        try {
            send(edge, header, edge.place().placed(tensors));
        } catch (OrreryException e) {
            edge.unsent.decrementAndGet();
            return Optional.of("a tensor cannot be copied to the host: " + e.getMessage());
        }
        return Optional.empty();
    }

    private void send(Edge edge, StageMessageHeader header, Tensors tensors) {
        byte[] bytes = header.toByteArray();
        Tensor headerTensor = Tensor.ofUint8(bytes, bytes.length);
        Communicator communicator = edge.world.communicator();
        List<CompletableFuture<Void>> sends = new ArrayList<>();
        sends.add(send(communicator, headerTensor));
        tensors.forEach(named -> sends.add(send(communicator, named.getValue())));
        CompletableFuture.allOf(sends.toArray(CompletableFuture<?>[]::new)).whenComplete((done, failure) -> {
            edge.unsent.decrementAndGet();
            headerTensor.close();
            tensors.close();
            if (failure != null) {
                lost.onLost(
                        AttemptKey.of(header), "world " + Long.toHexString(edge.world.id()) + " ended while sending");
            }
        });
    }

    /** A tensor that the user's own thread closes at the wrong moment must not end this one. */
    private static CompletableFuture<Void> send(Communicator communicator, Tensor tensor) {
        try {
            return communicator.send(DOWNSTREAM, tensor);
        } catch (IllegalStateException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Messages that are not out yet. */
    int unsent() {
        return edges.values().stream().mapToInt(edge -> edge.unsent.get()).sum();
    }
}
