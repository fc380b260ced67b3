package dev.orrery.worker.stage;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.orrery.internal.proto.StageMessageHeader;
import dev.orrery.internal.proto.TensorData;
import dev.orrery.internal.time.NanoClock;
import dev.orrery.nccl.World;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import dev.orrery.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Receives messages from one world, one tensor after the other, on the threads that complete the receives. Ends with the
 * world.
 */
final class InboundEdge {
    /** Where whole messages go. */
    interface Sink {
        void accept(Delivery delivery);

        /** True when {@code resume} will be called once there is room for more. */
        boolean awaitRoom(Runnable resume);

        /** What came is not the protocol: the world is useless. */
        void garbage(World world, String what);
    }

    private static final int UPSTREAM = 0;
    private static final int MAX_HEADER_BYTES = 1 << 20;

    private final World world;
    private final NanoClock clock;
    private final Sink sink;

    // Of the one thread that pumps; receives hand over from one to the next.
    private StageMessageHeader header = StageMessageHeader.getDefaultInstance();
    private boolean headerKnown;
    private final List<Tensor> tensors = new ArrayList<>();

    InboundEdge(World world, NanoClock clock, Sink sink) {
        this.world = world;
        this.clock = clock;
        this.sink = sink;
    }

    void start() {
        pump();
    }

    private void pump() {
        boolean more = true;
        while (more) {
            if (!headerKnown && sink.awaitRoom(this::pump)) {
                return;
            }
            CompletableFuture<Tensor> receive = world.communicator().receive(UPSTREAM);
            // A receive that is done already goes on in this loop: recursion would grow with each tensor.
            AtomicBoolean claimed = new AtomicBoolean();
            receive.whenComplete((tensor, failure) -> {
                if (!claimed.compareAndSet(false, true) && accept(tensor, failure)) {
                    pump();
                }
            });
            if (claimed.compareAndSet(false, true)) {
                return;
            }
            more = accept(receive);
        }
    }

    private boolean accept(CompletableFuture<Tensor> done) {
        return done.isCompletedExceptionally() ? accept(null, new IllegalStateException()) : accept(done.join(), null);
    }

    /** False when this was the last. The world's end is reported by the world manager, so the failure itself tells nothing. */
    private boolean accept(Tensor tensor, Throwable failure) {
        if (failure != null) {
            closeTensors();
            return false;
        }
        try {
            if (headerKnown) {
                addTensor(tensor);
            } else {
                readHeader(tensor);
            }
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            closeTensors();
            sink.garbage(world, e.getMessage());
            return false;
        }
        if (headerKnown && tensors.size() == header.getTensorsCount()) {
            deliver();
        }
        return true;
    }

    private void readHeader(Tensor tensor) throws InvalidProtocolBufferException {
        try (tensor) {
            if (tensor.dataType() != DataType.UINT8 || tensor.byteSize() > MAX_HEADER_BYTES) {
                throw new IllegalArgumentException(tensor + " came where a header was expected");
            }
            header = StageMessageHeader.parseFrom(tensor.toBytes());
        }
        int hop = header.getHop();
        if (hop < 0 || hop >= header.getPathCount() || header.getPath(hop) != world.id()) {
            throw new IllegalArgumentException("a header for another world came over world "
                    + Long.toHexString(world.id()) + ": hop " + hop + " of " + header.getPathList());
        }
        headerKnown = true;
    }

    private void addTensor(Tensor tensor) {
        tensors.add(tensor);
        TensorData announced = header.getTensors(tensors.size() - 1);
        boolean same = tensor.dataType().name().equals(announced.getDataType())
                && Arrays.equals(
                        tensor.shape(),
                        announced.getShapeList().stream()
                                .mapToLong(Long::longValue)
                                .toArray());
        if (!same) {
            throw new IllegalArgumentException(tensor + " came where the header announced '" + announced.getName()
                    + "' " + announced.getDataType() + announced.getShapeList());
        }
    }

    private void deliver() {
        Tensors.Builder named = Tensors.builder();
        for (int i = 0; i < tensors.size(); i++) {
            named.put(header.getTensors(i).getName(), tensors.get(i));
        }
        Delivery delivery = new Delivery(header, named.build(), clock.nanoTime());
        tensors.clear();
        headerKnown = false;
        sink.accept(delivery);
    }

    private void closeTensors() {
        tensors.forEach(Tensor::close);
        tensors.clear();
    }
}
