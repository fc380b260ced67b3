package dev.orrery.benchmarks.participant;

import dev.orrery.benchmarks.command.Command;
import dev.orrery.benchmarks.payload.DeviceMessages;
import dev.orrery.benchmarks.payload.WrongDataException;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Device;
import dev.orrery.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What is done again and again with tensors of a device. */
final class DeviceLoops {
    private DeviceLoops() {}

    static void send(DeviceWorld world, DeviceMessages messages, int outstanding, long total) {
        Deque<CompletableFuture<Void>> underWay = new ArrayDeque<>();
        for (long number = 0; number < total; number++) {
            if (underWay.size() == outstanding) {
                underWay.remove().join();
            }
            underWay.add(world.send(messages.placed(number)));
        }
        underWay.forEach(CompletableFuture::join);
    }

    /** Returns how long all but the first {@code warmup} messages took, from the last of those to the last of all. */
    static long receive(DeviceWorld world, DeviceMessages messages, int outstanding, long warmup, long total) {
        Deque<CompletableFuture<Tensor>> underWay = new ArrayDeque<>();
        Deque<Tensor> last = new ArrayDeque<>();
        long start = System.nanoTime();
        for (long number = 0; number < total + outstanding; number++) {
            if (number >= outstanding) {
                last.add(world.take(underWay.remove()));
                if (last.size() > DeviceMessages.COUNT) {
                    last.remove().close();
                }
            }
            if (number < total) {
                underWay.add(world.receive());
            }
            if (number - outstanding == warmup - 1) {
                start = System.nanoTime();
            }
        }
        long nanos = System.nanoTime() - start;
        for (long number = total - last.size(); !last.isEmpty(); number++) {
            try (Tensor received = last.remove()) {
                messages.check(number, received);
            }
        }
        return nanos;
    }

    /** Returns how long each round trip took. */
    static List<Long> ping(DeviceWorld world, DeviceMessages messages, Command.Ping command) {
        List<Long> each = new ArrayList<>();
        for (long number = 0; number < command.warmup() + command.count(); number++) {
            long start = System.nanoTime();
            CompletableFuture<Tensor> back = world.receive();
            CompletableFuture<Void> sent = world.send(messages.placed(number));
            try (Tensor received = world.take(back)) {
                sent.join();
                long nanos = System.nanoTime() - start;
                if (number >= command.warmup()) {
                    each.add(nanos);
                }
                messages.check(number, received);
            }
        }
        return each;
    }

    static void pong(DeviceWorld world, Command.Pong command) {
        for (long number = 0; number < command.warmup() + command.count(); number++) {
            try (Tensor received = world.take(world.receive())) {
                world.send(received).join();
            }
        }
    }

    /** Returns how long the operations that count took, in nanoseconds. */
    static long allReduce(DeviceWorld world, Device device, int rank, Command.Collective command) {
        try (Tensor values = Tensor.allocate(DataType.FP32, command.bytes() / Float.BYTES)) {
            for (long i = 0; i < values.elements(); i++) {
                values.setFloat(i, rank + 1f);
            }
            try (Tensor placed = device.copyOf(values)) {
                allReduceBatch(world, placed, command, command.warmup());
                return allReduceBatch(world, placed, command, command.count());
            }
        }
    }

    private static long allReduceBatch(DeviceWorld world, Tensor placed, Command.Collective command, long operations) {
        if (operations == 0) {
            return 0;
        }
        world.meet();
        long start = System.nanoTime();
        for (long i = 1; i < operations; i++) {
            world.allReduce(placed).close();
        }
        try (Tensor sum = world.allReduce(placed)) {
            long nanos = System.nanoTime() - start;
            checkSum(sum, command.ranks() * (command.ranks() + 1) / 2f);
            return nanos;
        }
    }

    private static void checkSum(Tensor sum, float expected) {
        try (Tensor home = sum.toHost()) {
            for (long i = 0; i < home.elements(); i++) {
                if (home.getFloat(i) != expected) {
                    throw new WrongDataException(
                            "allReduce gave %s at element %d instead of %s".formatted(home.getFloat(i), i, expected));
                }
            }
        }
    }
}
