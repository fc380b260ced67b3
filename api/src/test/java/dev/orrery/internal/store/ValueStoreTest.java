package dev.orrery.internal.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.ObjectLostException;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.StoredValue;
import dev.orrery.internal.proto.Value;
import dev.orrery.internal.serial.ForySerializer;
import dev.orrery.internal.serial.InnerReferences;
import dev.orrery.internal.serial.StoredValues;
import dev.orrery.internal.serial.ValueCodec;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import dev.orrery.tensor.Tensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ValueStoreTest {
    private static final int LARGE = 300_000;
    private static final String HOST = "host-1";

    @TempDir
    private Path folder;

    private final ValueCodec codec =
            new ValueCodec(new ForySerializer(getClass().getClassLoader()));
    private Path memory;
    private Path disk;
    private ValueStore store;

    @BeforeEach
    void open() throws IOException {
        memory = Files.createDirectory(folder.resolve("memory"));
        disk = Files.createDirectory(folder.resolve("disk"));
        store = new ValueStore(HOST, memory, disk, 1);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static long files(Path below) throws IOException {
        try (Stream<Path> all = Files.walk(below)) {
            return all.filter(Files::isRegularFile).count();
        }
    }

    private static Tensor floats() {
        float[] values = new float[LARGE];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        return Tensor.ofFloats(values, LARGE / 100, 100);
    }

    @Test
    void whatIsSmallStaysInTheHeap() throws IOException {
        KeptValue kept = store.keep("it", "text", codec);
        assertFalse(kept.message().hasStored());
        assertEquals("text", codec.fromMessage("it", kept.message()));
        assertEquals(0, files(folder));
    }

    @Test
    void aLargeTensorIsReadInPlaceAndWritingToItChangesNoOther() throws IOException {
        KeptValue kept;
        try (Tensor tensor = floats()) {
            kept = store.keep("it", tensor, codec);
        }
        assertTrue(kept.message().hasStored());
        assertTrue(kept.bytes() < 1_000, "no bytes in the message");
        assertEquals(1, files(memory));
        try (Tensor first = (Tensor) codec.fromMessage("it", kept.message());
                Tensor second = (Tensor) codec.fromMessage("it", kept.message())) {
            assertArrayEquals(new long[] {LARGE / 100, 100}, first.shape());
            assertEquals(7_777f, first.getFloat(7_777));
            first.setFloat(7_777, -1);
            assertEquals(7_777f, second.getFloat(7_777));
            kept.release();
            assertEquals(0, files(folder), "the name goes");
            assertEquals(LARGE - 1f, second.getFloat(LARGE - 1), "what is mapped stays");
        }
    }

    @Test
    void objectsAndNamedTensorsComeBackAsTheyWere() {
        int[] numbers = new int[LARGE];
        Arrays.setAll(numbers, i -> i * 3);
        KeptValue array = store.keep("it", numbers, codec);
        assertTrue(array.message().hasStored());
        assertArrayEquals(numbers, (int[]) codec.fromMessage("it", array.message()));
        List<String> texts = Stream.iterate(0, i -> i + 1)
                .limit(50_000)
                .map(i -> "text " + i)
                .toList();
        KeptValue list = store.keep("it", texts, codec);
        assertTrue(list.message().hasStored());
        assertEquals(texts, codec.fromMessage("it", list.message()));
        try (Tensor large = floats();
                Tensor small = Tensor.ofStrings("a", "bc");
                Tensors named = (Tensors) codec.fromMessage(
                        "it",
                        store.keep(
                                        "it",
                                        Tensors.builder()
                                                .put("large", large)
                                                .put("small", small)
                                                .build(),
                                        codec)
                                .message())) {
            assertEquals(List.of("a", "bc"), named.get("small").toStrings());
            assertArrayEquals(large.toFloats(), named.get("large").toFloats());
        }
    }

    @Test
    void aBufferThatIsReadIsNoPartOfTheFile() {
        ByteBuffer bytes = ByteBuffer.allocate(LARGE);
        bytes.put(LARGE - 1, (byte) 9);
        KeptValue kept = store.keep("it", bytes, codec);
        assertTrue(kept.message().hasStored());
        ByteBuffer first = (ByteBuffer) codec.fromMessage("it", kept.message());
        ByteBuffer second = (ByteBuffer) codec.fromMessage("it", kept.message());
        kept.release();
        first.put(LARGE - 1, (byte) 1);
        assertEquals(9, second.get(LARGE - 1));
    }

    @Test
    void emptyTensorsMayBeAnywhere() {
        try (Tensor large = Tensor.allocateZeroed(DataType.UINT8, LARGE);
                Tensor empty = Tensor.allocate(DataType.FP32, 0, 4);
                Tensors named = (Tensors) codec.fromMessage(
                        "it",
                        store.keep(
                                        "it",
                                        Tensors.builder()
                                                .put("first", empty)
                                                .put("large", large)
                                                .put("last", empty)
                                                .build(),
                                        codec)
                                .message())) {
            assertArrayEquals(new long[] {0, 4}, named.get("first").shape());
            assertArrayEquals(new long[] {0, 4}, named.get("last").shape());
            assertEquals(LARGE, named.get("large").byteSize());
        }
    }

    @Test
    void anInterruptedThreadIsToldSo() {
        KeptValue kept = store.keep("it", new byte[LARGE], codec);
        try {
            Thread.currentThread().interrupt();
            OrreryException read = assertThrows(OrreryException.class, () -> codec.fromMessage("it", kept.message()));
            assertEquals(ErrorCode.CANCELLED, read.code());
            OrreryException put = assertThrows(OrreryException.class, () -> store.keep("it", new byte[LARGE], codec));
            assertEquals(ErrorCode.CANCELLED, put.code());
        } finally {
            assertTrue(Thread.interrupted());
        }
    }

    @Test
    void whatIsTooLargeForAMessageDoesNotGoToAnotherHost() {
        KeptValue kept = store.keep("object 7", new byte[61 << 20], codec);
        OrreryException refused = assertThrows(OrreryException.class, () -> kept.inline("object 7"));
        assertEquals(ErrorCode.TENSOR_TOO_LARGE, refused.code());
        assertTrue(refused.getMessage().contains("is more than goes to another host"), refused.getMessage());
    }

    @Test
    void whoIsOnAnotherHostGetsTheBytes() {
        try (Tensor tensor = floats();
                Tensor copy = (Tensor)
                        codec.fromMessage("it", store.keep("it", tensor, codec).inline("it"))) {
            assertArrayEquals(tensor.toFloats(), copy.toFloats());
        }
        byte[] bytes = new byte[LARGE];
        bytes[LARGE - 1] = 5;
        Value inline = store.keep("it", bytes, codec).inline("it");
        assertFalse(inline.hasStored());
        assertArrayEquals(bytes, (byte[]) codec.fromMessage("it", inline));
    }

    @Test
    void beyondTheLimitItIsTheDiskAndWithoutEitherTheHeap() throws IOException {
        ValueStore none = new ValueStore(HOST, memory, disk, 0);
        KeptValue spilled = none.keep("it", new byte[LARGE], codec);
        assertEquals(0, files(memory));
        assertEquals(1, files(disk));
        spilled.release();
        assertEquals(0, files(disk));
        none.close();
        ValueStore nowhere = new ValueStore(HOST, folder.resolve("no"), folder.resolve("such"), 1);
        KeptValue kept = nowhere.keep("it", new byte[LARGE], codec);
        assertFalse(kept.message().hasStored());
        assertTrue(nowhere.folders().isEmpty());
        nowhere.close();
    }

    @Test
    void aFileThatIsGoneIsTold() {
        KeptValue kept = store.keep("object 7", new byte[LARGE], codec);
        store.close();
        ObjectLostException lost =
                assertThrows(ObjectLostException.class, () -> codec.fromMessage("object 7", kept.message()));
        assertTrue(lost.getMessage().contains("object 7 was kept in " + memory), lost.getMessage());
        assertThrows(ObjectLostException.class, () -> kept.inline("object 7"));
        assertFalse(StoredValues.areHere(List.of(kept.message())));
    }

    @Test
    void whatOthersStoreForItIsAdoptedAndNothingElseIsRemoved() throws IOException {
        Path there = store.folders().get(0);
        Value result = codec.toMessage(
                "it", new byte[LARGE], bytes -> Optional.of(there.resolve("task-1")), new InnerReferences());
        Value foreign = codec.toMessage(
                "it", new byte[LARGE], bytes -> Optional.of(folder.resolve("foreign")), new InnerReferences());
        KeptValue mine = store.adopt(result);
        OrreryException refused = assertThrows(OrreryException.class, () -> store.adopt(foreign));
        assertEquals(ErrorCode.PROTOCOL, refused.code());
        mine.release();
        assertFalse(Files.exists(there.resolve("task-1")));
        assertTrue(Files.exists(folder.resolve("foreign")));
        Files.write(there.resolve("task-2"), new byte[10]);
        store.removeLeft("task-2");
        store.removeLeft("task-3");
        assertEquals(0, files(memory));
    }

    @Test
    void nothingIsLeftWhenItCloses() throws IOException {
        KeptValue kept = store.keep("it", new byte[LARGE], codec);
        Path file = StoredValues.path(kept.message().getStored());
        assertTrue(Files.exists(file));
        store.close();
        store.close();
        try (Stream<Path> all = Files.walk(folder)) {
            assertEquals(List.of(folder, disk, memory), all.sorted().toList());
        }
        kept.release();
        assertFalse(store.keep("it", new byte[LARGE], codec).message().hasStored());
    }

    @Test
    void foldersOfEndedProcessesAreSwept() throws IOException {
        Path mine = store.folders().get(0);
        Path dead = Files.createDirectory(memory.resolve("orrery-999999999-1-ab.objects"));
        Files.write(dead.resolve("v1"), new byte[10]);
        Files.createDirectory(memory.resolve("orrery-something.objects"));
        assertEquals(List.of(dead), StoreFolders.sweep(memory));
        assertTrue(Files.isDirectory(mine));
        assertTrue(StoreFolders.isHere(mine));
        assertFalse(StoreFolders.isHere(dead));
        assertFalse(StoreFolders.isHere(memory));
    }

    @Test
    void sectionsBeyondTheFileAreNoValue() {
        KeptValue kept = store.keep("it", new byte[LARGE], codec);
        StoredValue.Builder longer = kept.message().getStored().toBuilder();
        longer.getSectionsBuilder(0).setBytes(2 * LARGE);
        Value wrong = Value.newBuilder().setStored(longer).build();
        assertFalse(StoredValues.areHere(List.of(wrong)));
        assertThrows(ObjectLostException.class, () -> codec.fromMessage("it", wrong));
    }
}
