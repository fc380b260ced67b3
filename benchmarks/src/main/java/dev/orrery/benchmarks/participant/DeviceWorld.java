package dev.orrery.benchmarks.participant;

import dev.orrery.nccl.World;
import dev.orrery.tensor.Device;
import dev.orrery.tensor.Tensor;
import dev.orrery.world.ReduceOperation;
import java.util.concurrent.CompletableFuture;

/** A world of two whose tensors lie on a device before and after. */
interface DeviceWorld {
    /** Ends with the future; until then the tensor stays. */
    CompletableFuture<Void> send(Tensor placed);

    /** What {@link #take} takes. */
    CompletableFuture<Tensor> receive();

    /** Blocks until the tensor is there and on the device. The caller closes it. */
    Tensor take(CompletableFuture<Tensor> receive);

    /** The sum, on the device, which the caller closes. Blocks. */
    Tensor allReduce(Tensor placed);

    /** Blocks until the other is there, too. */
    void meet();

    /** From device to device. */
    record Direct(World world) implements DeviceWorld {
        @Override
        public CompletableFuture<Void> send(Tensor placed) {
            return world.communicator().send(1 - world.rank(), placed);
        }

        @Override
        public CompletableFuture<Tensor> receive() {
            return world.communicator().receive(1 - world.rank());
        }

        @Override
        public Tensor take(CompletableFuture<Tensor> receive) {
            return receive.join();
        }

        @Override
        public Tensor allReduce(Tensor placed) {
            return world.communicator().allReduce(placed, ReduceOperation.SUM).join();
        }

        @Override
        public void meet() {
            world.communicator().barrier().join();
        }
    }

    /** Over a world of the host, with a copy to the host before and one to the device after. */
    record Copying(World world, Device device) implements DeviceWorld {
        @Override
        public CompletableFuture<Void> send(Tensor placed) {
            Tensor copy = placed.toHost();
            return world.communicator().send(1 - world.rank(), copy).whenComplete((nothing, failure) -> copy.close());
        }

        @Override
        public CompletableFuture<Tensor> receive() {
            return world.communicator().receive(1 - world.rank());
        }

        @Override
        public Tensor take(CompletableFuture<Tensor> receive) {
            try (Tensor received = receive.join()) {
                return device.copyOf(received);
            }
        }

        @Override
        public Tensor allReduce(Tensor placed) {
            try (Tensor copy = placed.toHost();
                    Tensor sum = world.communicator()
                            .allReduce(copy, ReduceOperation.SUM)
                            .join()) {
                return device.copyOf(sum);
            }
        }

        @Override
        public void meet() {
            world.communicator().barrier().join();
        }
    }
}
