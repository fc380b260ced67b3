package dev.orrery.gateway;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.orrery.gateway.core.Life;
import dev.orrery.internal.proto.StageMessageHeader;
import dev.orrery.internal.proto.TensorData;
import dev.orrery.internal.tensor.TensorCodec;
import dev.orrery.nccl.World;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/** Receives answers from one replica of the last stage, until the world ends. */
final class LastHopReceiver {
    /** Where answers go; on I/O threads. */
    interface Sink {
        void answered(long request, int attempt, AnswerMessages answer);

        /** What came is not the protocol: the world is useless. */
        void garbage(long world, String what);
    }

    private static final int UPSTREAM = 0;

    private final World world;
    private final Life gateway;
    private final Sink sink;

    // Of whichever thread completes the one receive that is under way.
    private StageMessageHeader header = StageMessageHeader.getDefaultInstance();
    private boolean headerKnown;
    private List<TensorData> tensors = new ArrayList<>();

    LastHopReceiver(World world, Life gateway, Sink sink) {
        this.world = world;
        this.gateway = gateway;
        this.sink = sink;
    }

    void start() {
        receive();
    }

    private void receive() {
        boolean more = true;
        while (more) {
            CompletableFuture<Tensor> next = world.communicator().receive(UPSTREAM);
            // Whoever comes second goes on: this loop if it is done already, for recursion would grow with each tensor.
            AtomicBoolean first = new AtomicBoolean(true);
            next.whenComplete((tensor, failure) -> {
                if (!first.getAndSet(false) && failure == null && take(tensor)) {
                    receive();
                }
            });
            more = !first.getAndSet(false) && !next.isCompletedExceptionally() && take(next.join());
        }
    }

    /** False when nothing more is wanted of this world. */
    private boolean take(Tensor tensor) {
        try (tensor) {
            if (headerKnown) {
                takeTensor(tensor);
            } else {
                takeHeader(tensor);
            }
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            sink.garbage(world.id(), e.getMessage());
            return false;
        }
        if (tensors.size() == header.getTensorsCount()) {
            sink.answered(header.getRequest(), header.getAttempt(), AnswerMessages.of(tensors));
            tensors = new ArrayList<>();
            headerKnown = false;
        }
        return true;
    }

    private void takeHeader(Tensor tensor) throws InvalidProtocolBufferException {
        if (tensor.dataType() != DataType.UINT8) {
            throw new IllegalArgumentException(tensor + " came where a header was expected");
        }
        header = StageMessageHeader.parseFrom(tensor.toBytes());
        headerKnown = true;
        boolean here = header.getHop() == header.getPathCount() - 1
                && header.getHop() >= 0
                && header.getPath(header.getHop()) == world.id()
                && Life.of(header.getGateway()).equals(gateway);
        if (!here) {
            throw new IllegalArgumentException("an answer for elsewhere: hop " + header.getHop() + " of "
                    + header.getPathList() + " for gateway " + Life.of(header.getGateway()));
        }
    }

    private void takeTensor(Tensor tensor) {
        TensorData announced = header.getTensors(tensors.size());
        TensorData received = TensorCodec.full(announced.getName(), tensor);
        if (!received.getDataType().equals(announced.getDataType())
                || !received.getShapeList().equals(announced.getShapeList())) {
            throw new IllegalArgumentException(tensor + " came where the header announced '" + announced.getName()
                    + "' " + announced.getDataType() + announced.getShapeList());
        }
        tensors.add(received);
    }
}
