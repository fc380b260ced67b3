package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orrery.Arg;
import dev.orrery.ObjectRef;
import dev.orrery.Orrery;
import dev.orrery.OrreryOptions;
import dev.orrery.examples.cluster.LocalClusterOptions;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Objects that are larger than a worker's heap, which lie in memory that the host's processes share. */
class LargeObjectsIT extends ClusterScenario {
    /** Of four bytes: 240 MB, where a worker has a heap of 64 MB. */
    private static final int LENGTH = 60_000_000;

    private static final int ARRAY_LENGTH = 2_000_000;

    @Override
    LocalClusterOptions.Builder options() {
        return super.options().nodes("node-1").cpusPerNode(2).agent("agent.worker-java-options", "-Xmx64m");
    }

    private static <T> T get(ObjectRef<T> ref) {
        return ref.get(PATIENCE);
    }

    /** Of clients in this process. */
    private static List<Path> folders() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/dev/shm"))) {
            return all.filter(path -> path.getFileName()
                            .toString()
                            .startsWith("orrery-" + ProcessHandle.current().pid() + "-"))
                    .filter(path -> path.toString().endsWith(".objects"))
                    .toList();
        }
    }

    @Test
    void aTensorThatIsPutIsReadInPlaceByEveryTask() {
        ObjectRef<Tensor> ref;
        try (Tensor tensor = Tensor.allocateZeroed(DataType.FP32, LENGTH)) {
            IntStream.range(0, 8).forEach(i -> tensor.setFloat(i * 1_000_000L, i));
            ref = orrery().put(tensor);
        }
        List<ObjectRef<Float>> read = IntStream.range(0, 8)
                .mapToObj(i ->
                        orrery().task(Chores::at, ref, Arg.of(i * 1_000_000)).submit())
                .toList();
        assertEquals(IntStream.range(0, 8).mapToObj(i -> (float) i).toList(), orrery().get(read, PATIENCE));
    }

    @Test
    void aResultOutlivesTheWorkerThatMadeIt() throws Exception {
        ObjectRef<Tensor> ramp = orrery().task(Chores::ramp, LENGTH).submit();
        ObjectRef<Float> last =
                orrery().task(Chores::at, ramp, Arg.of(LENGTH - 1)).submit();
        assertEquals((float) (LENGTH - 1), get(last));
        long pid = get(orrery().task(Chores::report).submit()).pid();
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        try (Tensor tensor = get(ramp)) {
            assertEquals(7_000_000f, tensor.getFloat(7_000_000));
        }
        assertEquals(9f, get(orrery().task(Chores::at, ramp, Arg.of(9)).submit()));
    }

    @Test
    void arraysGoTheSameWay() {
        ObjectRef<int[]> squares = orrery().task(Chores::squares, ARRAY_LENGTH).submit();
        long expected =
                IntStream.range(0, ARRAY_LENGTH).map(i -> i * i).asLongStream().sum();
        assertEquals(expected, get(orrery().task(Chores::total, squares).submit()));
        assertEquals(expected, Chores.total(get(squares)));
        assertEquals(expected, get(orrery().task(Chores::total, get(squares)).submit()), "copied for the task");
    }

    @Test
    void nothingIsLeftInMemoryWhenAClientCloses() throws IOException {
        // Not the files of the scenario's own client: they go when they are collected.
        List<Path> before = folders();
        try (Orrery other = Orrery.connect(OrreryOptions.parse(cluster().address()).toBuilder()
                .secretFile(cluster().secretFile())
                .build())) {
            ObjectRef<int[]> put = other.put(Chores.squares(ARRAY_LENGTH));
            List<Path> own =
                    folders().stream().filter(path -> !before.contains(path)).toList();
            assertEquals(1, own.size(), own::toString);
            try (Stream<Path> files = Files.list(own.get(0))) {
                assertEquals(1, files.count());
            }
            assertEquals(ARRAY_LENGTH, get(put).length);
        }
        assertEquals(Set.copyOf(before), Set.copyOf(folders()));
    }
}
