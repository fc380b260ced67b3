package dev.orrery.examples.it;

import dev.orrery.Arg;
import dev.orrery.ObjectRef;
import dev.orrery.Orrery;
import dev.orrery.OrreryOptions;
import dev.orrery.error.ObjectLostException;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A driver on a host of its own that sends large objects to two nodes and has them sent, and says how it went. */
final class ObjectCourierMain {
    static final int LENGTH = 25_000_000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private ObjectCourierMain() {}

    public static void main(String[] arguments) throws InterruptedException {
        try (Orrery orrery = Orrery.connect(OrreryOptions.parse(arguments[0]).toBuilder()
                .secretFile(Path.of(arguments[1]))
                .build())) {
            send(orrery);
            ObjectRef<Tensor> ramp = fetch(orrery);
            say("home " + last(ramp));
            lose(orrery, Path.of(arguments[2]));
        }
    }

    private static void say(String line) {
        System.out.println("courier: " + line);
    }

    private static void send(Orrery orrery) {
        try (Tensor tensor = Tensor.allocateZeroed(DataType.FP32, LENGTH)) {
            tensor.setFloat(LENGTH - 1, 42);
            ObjectRef<Tensor> put = orrery.put(tensor);
            List<ObjectRef<Float>> read = List.of(at(orrery, put, "node-1"), at(orrery, put, "node-2"));
            say("sent " + orrery.get(read, PATIENCE));
        }
    }

    private static ObjectRef<Float> at(Orrery orrery, ObjectRef<Tensor> tensor, String node) {
        return orrery.task(Chores::at, tensor, Arg.of(LENGTH - 1)).onNode(node).submit();
    }

    private static ObjectRef<Tensor> fetch(Orrery orrery) {
        ObjectRef<Tensor> ramp =
                orrery.task(Chores::ramp, LENGTH).onNode("node-1").submit();
        say("between nodes " + at(orrery, ramp, "node-2").get(PATIENCE));
        return ramp;
    }

    private static float last(ObjectRef<Tensor> ramp) {
        try (Tensor tensor = ramp.get(PATIENCE)) {
            return tensor.getFloat(LENGTH - 1);
        }
    }

    /** A result lies on a node that is cut off before it comes here. */
    private static void lose(Orrery orrery, Path gate) throws InterruptedException {
        ObjectRef<Tensor> ramp =
                orrery.task(Chores::ramp, LENGTH).onNode("node-1").retries(0).submit();
        orrery.waitFor(List.of(ramp), 1, PATIENCE);
        // An idle worker would give it away, and end.
        ObjectRef<Long> busy =
                orrery.task(Chores::sleep, 60_000L).onNode("node-1").retries(0).submit();
        say("ready");
        while (!Files.exists(gate)) {
            Thread.sleep(5);
        }
        try {
            say("not lost " + last(ramp));
        } catch (ObjectLostException e) {
            say("lost " + e.getMessage());
        }
        busy.cancel();
    }
}
