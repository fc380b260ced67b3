package dev.orrery.examples.it;

import dev.orrery.ObjectRef;
import dev.orrery.Orrery;
import dev.orrery.TaskContext;
import dev.orrery.function.TaskFunction2;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

/** What tasks of the tests run. */
public final class Chores {
    private Chores() {}

    /** Not Serializable, as users write them. */
    public record Report(String task, int attempt, long pid) {}

    public static int add(int one, int other) {
        return one + other;
    }

    public static int sum(List<Integer> numbers) {
        return numbers.stream().mapToInt(Integer::intValue).sum();
    }

    /** Captures something, so its code travels in this class. */
    public static TaskFunction2<Integer, Integer, Integer> timesMinus(int captured) {
        return (one, other) -> one * other - captured;
    }

    public static float at(Tensor tensor, int index) {
        return tensor.getFloat(index);
    }

    /** As {@link #ramp}, and notes that it ran. */
    public static Tensor notedRamp(int length, String file) throws IOException {
        note(file, "ramp");
        return ramp(length);
    }

    /** The same again, and notes that it ran. */
    public static Tensor notedCopy(Tensor tensor, String file) throws IOException {
        note(file, "copy");
        return Tensor.ofFloats(tensor.toFloats(), tensor.shape());
    }

    /** What a task may find in its arguments, and give back. */
    public record Shelf(String name, List<ObjectRef<Integer>> numbers) {}

    public static int sumOf(Shelf shelf) {
        return shelf.numbers().stream().mapToInt(ObjectRef::get).sum();
    }

    /** Many results, each an object of its own. */
    public static Shelf shelve(String name, int count) {
        Orrery orrery = TaskContext.current().orrery();
        return new Shelf(
                name,
                IntStream.range(0, count)
                        .mapToObj(i -> i % 2 == 0
                                ? orrery.put(i)
                                : orrery.task(Chores::add, i, 0).submit())
                        .toList());
    }

    public static ObjectRef<int[]> putSquares(int length) {
        return TaskContext.current().orrery().put(squares(length));
    }

    public static int lengthOf(List<ObjectRef<int[]>> refs) {
        return refs.stream().mapToInt(ref -> ref.get().length).sum();
    }

    /** Makes a file beside the gate, and does not end before the gate is there. */
    public static float atOnce(Tensor tensor, int index, String gate) throws IOException, InterruptedException {
        Files.createFile(Path.of(gate + "." + UUID.randomUUID()));
        while (!Files.exists(Path.of(gate))) {
            Thread.sleep(5);
        }
        return tensor.getFloat(index);
    }

    /** Lies outside of the heap. */
    public static Tensor ramp(int length) {
        Tensor tensor = Tensor.allocate(DataType.FP32, length);
        for (int i = 0; i < length; i++) {
            tensor.setFloat(i, i);
        }
        return tensor;
    }

    public static int[] squares(int length) {
        int[] squares = new int[length];
        Arrays.setAll(squares, i -> i * i);
        return squares;
    }

    public static long total(int[] numbers) {
        return Arrays.stream(numbers).asLongStream().sum();
    }

    /** Of the counter of that name, in the namespace of the task. */
    public static int readByName(String name) {
        return TaskContext.current()
                .orrery()
                .actor(name, Counter.class)
                .call(Counter::read)
                .join()
                .value();
    }

    public static int fail(String message) {
        throw new IllegalStateException(message);
    }

    public static Report report() {
        TaskContext context = TaskContext.current();
        return new Report(
                context.name(), context.attempt(), ProcessHandle.current().pid());
    }

    public static void note(String file, String line) throws IOException {
        Path path = Path.of(file);
        Files.writeString(
                path, line + "\n", java.nio.file.StandardOpenOption.CREATE, java.nio.file.StandardOpenOption.APPEND);
    }

    /** Ends its worker until the last of so many attempts. */
    public static int exitBefore(int attempt) {
        if (TaskContext.current().attempt() < attempt) {
            System.exit(3);
        }
        return TaskContext.current().attempt();
    }

    public static int throwBefore(int attempt) throws IOException {
        if (TaskContext.current().attempt() < attempt) {
            throw new IOException("not yet");
        }
        return TaskContext.current().attempt();
    }

    public static long sleep(long millis) throws InterruptedException {
        Thread.sleep(millis);
        return ProcessHandle.current().pid();
    }

    /** Does not end when it is interrupted. */
    public static int spin(String file) throws IOException {
        Files.writeString(Path.of(file), Long.toString(ProcessHandle.current().pid()));
        while (true) {
            Thread.onSpinWait();
        }
    }

    public static int exhaust() {
        List<byte[]> all = new ArrayList<>();
        while (all.size() < Integer.MAX_VALUE) {
            all.add(new byte[16 << 20]);
        }
        return all.size();
    }

    public static Thread unspeakable() {
        return Thread.currentThread();
    }

    /** Each is a task of two others, which it waits for. */
    public static int fibonacci(int n) {
        if (n < 2) {
            return n;
        }
        ObjectRef<Integer> one =
                TaskContext.current().orrery().task(Chores::fibonacci, n - 1).submit();
        ObjectRef<Integer> other =
                TaskContext.current().orrery().task(Chores::fibonacci, n - 2).submit();
        return one.get() + other.get();
    }

    /** As deep as it says, one in the other. */
    public static int depth(int n) {
        return n == 0
                ? 0
                : 1
                        + TaskContext.current()
                                .orrery()
                                .task(Chores::depth, n - 1)
                                .submit()
                                .get();
    }
}
