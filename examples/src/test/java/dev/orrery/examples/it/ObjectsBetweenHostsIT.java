package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.Arg;
import dev.orrery.ObjectRef;
import dev.orrery.Orrery;
import dev.orrery.OrreryOptions;
import dev.orrery.TaskBuilder;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.ObjectLostException;
import dev.orrery.error.OrreryException;
import dev.orrery.examples.cluster.LocalClusterOptions;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Large objects among three hosts, of which the driver is on the first: nodes that are told that they share no memory. */
class ObjectsBetweenHostsIT extends ClusterScenario {
    /** Of four bytes: 100 MB, which is more than a message holds, and than a worker's heap. */
    private static final int LENGTH = 25_000_000;

    private static final Path MEMORY = Path.of("/dev/shm");

    @TempDir
    private Path folder;

    /** Of earlier tests, which go when they are collected. */
    private final Set<Object> before = new HashSet<>();

    @Override
    LocalClusterOptions.Builder options() {
        return super.options()
                .nodes("node-1", "node-2", "node-3")
                .cpusPerNode(2)
                .agent("agent.worker-java-options", "-Xmx64m")
                .agent("node-2", "worlds.host-id", "host-2")
                .agent("node-3", "worlds.host-id", "host-3");
    }

    @BeforeEach
    void lookBefore() throws IOException {
        before.addAll(values());
    }

    @AfterEach
    void nothingIsLeftOfThem() {
        Awaitility.await().atMost(PATIENCE).ignoreExceptions().until(() -> fresh().isEmpty());
    }

    /** Files with the bytes of such a tensor, each once, whatever names it has. */
    private static Set<Object> values() throws IOException {
        Set<Object> found = new HashSet<>();
        try (Stream<Path> all = Files.find(MEMORY, 2, (path, attributes) -> isValue(path, attributes))) {
            for (Path path : all.toList()) {
                found.add(Files.getAttribute(path, "unix:ino"));
            }
        }
        return found;
    }

    private static boolean isValue(Path path, BasicFileAttributes attributes) {
        return attributes.isRegularFile()
                && attributes.size() == 4L * LENGTH
                && path.getParent().toString().endsWith(".objects");
    }

    private Set<Object> fresh() throws IOException {
        Set<Object> now = values();
        now.removeAll(before);
        return now;
    }

    private static long files(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.count();
        }
    }

    private ObjectRef<Tensor> put() {
        try (Tensor tensor = Tensor.allocateZeroed(DataType.FP32, LENGTH)) {
            tensor.setFloat(LENGTH - 1, 42);
            return orrery().put(tensor);
        }
    }

    private TaskBuilder<Float> last(ObjectRef<Tensor> tensor) {
        return orrery().task(Chores::at, tensor, Arg.of(LENGTH - 1));
    }

    private TaskBuilder<Tensor> ramp() {
        return orrery().task(Chores::ramp, LENGTH).onNode("node-2");
    }

    private static <T> T get(ObjectRef<T> ref) {
        return ref.get(PATIENCE);
    }

    @Test
    void eachHostFetchesAnObjectOnceAndKeepsItUntilItIsReleased() throws IOException {
        ObjectRef<Tensor> ref = put();
        Path gate = folder.resolve("gate");
        TaskBuilder<Float> held = orrery().task(Chores::atOnce, ref, Arg.of(LENGTH - 1), Arg.of(gate.toString()));
        // Tasks with other needs have other workers.
        List<ObjectRef<Float>> all = List.of(
                held.onNode("node-1").submit(),
                held.onNode("node-2").cpus(0.5).submit(),
                held.onNode("node-2").cpus(0.4).submit(),
                held.onNode("node-3").submit());
        // All have it at the same time.
        Awaitility.await().atMost(PATIENCE).until(() -> files(folder) == all.size());
        assertEquals(3, fresh().size(), "one for each host");
        Files.createFile(gate);
        assertEquals(List.of(42f, 42f, 42f, 42f), orrery().get(all, PATIENCE));
        ref.release();
        Awaitility.await().atMost(PATIENCE).until(() -> fresh().isEmpty());
    }

    @Test
    void aResultStaysWhereItWasMadeUntilItIsWanted() throws IOException {
        ObjectRef<Tensor> ramp = ramp().submit();
        assertEquals(LENGTH - 1f, get(last(ramp).onNode("node-2").submit()));
        assertEquals(1, fresh().size(), "read in place");
        assertEquals(LENGTH - 1f, get(last(ramp).onNode("node-3").submit()));
        try (Tensor tensor = get(ramp)) {
            assertEquals(7_000_000f, tensor.getFloat(7_000_000));
        }
        ramp.release();
    }

    @Test
    @Tag("full")
    void aResultOutlivesTheWorkerThatMadeIt() {
        ObjectRef<Tensor> ramp = ramp().submit();
        orrery().waitFor(List.of(ramp), 1, PATIENCE);
        // It has nothing to do any more.
        cluster()
                .await(
                        "the worker to be given back",
                        view -> view.getActorsList().stream()
                                .allMatch(actor -> actor.getState().equals("DEAD")),
                        PATIENCE);
        try (Tensor tensor = get(ramp)) {
            assertEquals(7_000_000f, tensor.getFloat(7_000_000));
        }
        assertEquals(LENGTH - 1f, get(last(ramp).onNode("node-3").submit()));
        ramp.release();
    }

    @Test
    void aResultThatGoesWithItsWorkerSaysWhere() {
        ObjectRef<Tensor> ramp = ramp().retries(0).submit();
        orrery().waitFor(List.of(ramp), 1, PATIENCE);
        // An idle worker would give it to its owner, and end.
        ObjectRef<Long> busy = orrery().task(Chores::sleep, 60_000L)
                .retries(0)
                .onNode("node-2")
                .submit();
        workerPids().values().stream()
                .filter(pid -> pid > 0)
                .flatMap(pid -> ProcessHandle.of(pid).stream())
                .forEach(ProcessHandle::destroyForcibly);
        busy.cancel();
        ObjectLostException lost = assertThrows(ObjectLostException.class, () -> get(ramp));
        assertTrue(lost.getMessage().contains("on node node-2"), lost.getMessage());
    }

    @Test
    void aDriverThatNobodyReachesSendsWhatFitsIntoAMessage() throws Exception {
        // An address of documentation, that nobody has.
        try (Orrery hidden = Orrery.connect(OrreryOptions.parse(cluster().address()).toBuilder()
                .secretFile(cluster().secretFile())
                .objectAddress("192.0.2.1:0")
                .build())) {
            int[] squares = Chores.squares(1_000_000);
            assertEquals(
                    Chores.total(squares),
                    get(hidden.task(Chores::total, hidden.put(squares))
                            .onNode("node-2")
                            .submit()));
            ObjectRef<Tensor> large;
            try (Tensor tensor = Tensor.allocateZeroed(DataType.FP32, LENGTH)) {
                large = hidden.put(tensor);
            }
            ObjectRef<Float> refused =
                    hidden.task(Chores::at, large, Arg.of(0)).onNode("node-2").submit();
            OrreryException why = assertThrows(OrreryException.class, () -> get(refused));
            assertEquals(ErrorCode.TENSOR_TOO_LARGE, why.code());
            assertTrue(why.getMessage().contains("192.0.2.1"), why.getMessage());
            assertTrue(why.getMessage().contains("OrreryOptions.objectAddress"), why.getMessage());
        }
    }
}
