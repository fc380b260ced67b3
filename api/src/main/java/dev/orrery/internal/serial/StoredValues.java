package dev.orrery.internal.serial;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.memory.MemoryBlock;
import dev.orrery.internal.memory.SegmentFile;
import dev.orrery.internal.memory.SegmentFile.Section;
import dev.orrery.internal.proto.StoredSection;
import dev.orrery.internal.proto.StoredValue;
import dev.orrery.internal.proto.TensorData;
import dev.orrery.internal.proto.Value;
import dev.orrery.internal.tensor.TensorAccess;
import dev.orrery.internal.tensor.TensorCodec;
import dev.orrery.tensor.Tensor;
import dev.orrery.tensor.Tensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Values whose bytes are in a file. Tensors are read in place: they lie in a mapping of the file, of which a page is copied when it is
 * written to. Objects are made out of it.
 */
public final class StoredValues {
    /** A mapping has whole pages; what is smaller is copied. */
    private static final int LEAST_MAPPED_BYTES = 4096;

    private static final long MOST_OF_AN_ARRAY = Integer.MAX_VALUE - 8;

    /** What fits into a message of a connection, beside a little else. */
    private static final long MOST_INLINE = 60L << 20;

    private StoredValues() {}

    /** Writes the file. */
    static Value write(Path file, LargeValue value) throws IOException {
        StoredValue.Builder stored =
                StoredValue.newBuilder().setPath(file.toString()).setValue(value.header());
        for (Section section : SegmentFile.write(file, value.sections())) {
            stored.addSections(
                    StoredSection.newBuilder().setOffset(section.offset()).setBytes(section.bytes()));
        }
        return Value.newBuilder().setStored(stored).build();
    }

    /** Throws PROTOCOL for what is no path. */
    public static Path path(StoredValue stored) {
        try {
            return Path.of(stored.getPath());
        } catch (InvalidPathException e) {
            throw OrreryException.of(ErrorCode.PROTOCOL, "a stored value is at what is no path", e);
        }
    }

    /** Of its file: what its keeper calls it. Throws PROTOCOL for what is no path of a file. */
    public static String name(StoredValue stored) {
        Path name = path(stored).getFileName();
        if (name == null) {
            throw OrreryException.of(ErrorCode.PROTOCOL, "a stored value is at '" + stored.getPath() + "'");
        }
        return name.toString();
    }

    /** How far its file reaches. */
    public static long bytes(StoredValue stored) {
        return stored.getSectionsList().stream()
                .map(StoredValues::section)
                .mapToLong(Section::end)
                .max()
                .orElse(0);
    }

    /** Whether the bytes of all that are stored are on this host. */
    public static boolean areHere(List<Value> values) {
        return values.stream()
                .filter(Value::hasStored)
                .map(Value::getStored)
                .allMatch(stored -> SegmentFile.isThere(path(stored), bytes(stored)));
    }

    private static Section section(StoredSection message) {
        return new Section(message.getOffset(), message.getBytes());
    }

    /** A tensor is the caller's to close. Throws OBJECT_LOST, CANCELLED (for an interrupted thread), NOT_SERIALIZABLE or TENSOR_MISMATCH. */
    static Object read(String what, StoredValue stored, ObjectSerializer objects) {
        List<Section> sections =
                stored.getSectionsList().stream().map(StoredValues::section).toList();
        Value header = stored.getValue();
        Path file = path(stored);
        try {
            return switch (header.getKindCase()) {
                case OBJECT -> object(what, file, sections.get(0), objects);
                case TENSOR -> tensor(header.getTensor(), file, sections.get(0));
                case TENSORS -> tensors(header.getTensors().getTensorsList(), file, sections);
                case NOTHING, STORED, KIND_NOT_SET ->
                    throw OrreryException.of(ErrorCode.PROTOCOL, what + " is stored as what has no bytes");
            };
        } catch (IOException e) {
            throw lost(what, file, e);
        }
    }

    private static OrreryException lost(String what, Path file, IOException why) {
        if (why instanceof ClosedByInterruptException) {
            return OrreryException.of(ErrorCode.CANCELLED, "interrupted while " + what + " was read", why);
        }
        return OrreryException.of(
                ErrorCode.OBJECT_LOST,
                "%s was kept in %s, and cannot be read there any more: %s".formatted(what, file, why),
                why);
    }

    /** Copied, as an object may keep parts of what it was read from: a ByteBuffer does. */
    private static Object object(String what, Path file, Section section, ObjectSerializer objects) throws IOException {
        return objects.readOwn(what, bytes(what, file, section));
    }

    private static byte[] bytes(String what, Path file, Section section) throws IOException {
        if (section.bytes() > MOST_OF_AN_ARRAY) {
            throw tooLarge(what, section.bytes(), MOST_OF_AN_ARRAY, "is more than an array holds");
        }
        ByteBuffer copy = ByteBuffer.allocate((int) section.bytes());
        SegmentFile.copyTo(file, section, List.of(copy));
        return copy.array();
    }

    private static OrreryException tooLarge(String what, long bytes, long most, String why) {
        return OrreryException.of(
                ErrorCode.TENSOR_TOO_LARGE, "%s has %d bytes, which %s (%d)".formatted(what, bytes, why, most));
    }

    private static Tensor tensor(TensorData header, Path file, Section section) throws IOException {
        if (section.bytes() < LEAST_MAPPED_BYTES || section.bytes() > Integer.MAX_VALUE) {
            return copied(header, file, section);
        }
        MemoryBlock block = MemoryBlock.of(SegmentFile.mapPrivately(file, section));
        boolean made = false;
        try {
            Tensor tensor =
                    TensorAccess.over(block, TensorCodec.dataType(header), section.bytes(), TensorCodec.shape(header));
            made = true;
            return tensor;
        } finally {
            if (!made) {
                block.release();
            }
        }
    }

    private static Tensor copied(TensorData header, Path file, Section section) throws IOException {
        Tensor tensor = Tensor.allocateLazily(TensorCodec.dataType(header), section.bytes(), TensorCodec.shape(header));
        boolean whole = false;
        try {
            SegmentFile.copyTo(file, section, LargeValue.pieces(tensor));
            whole = true;
            return tensor;
        } finally {
            if (!whole) {
                tensor.close();
            }
        }
    }

    private static Tensors tensors(List<TensorData> headers, Path file, List<Section> sections) throws IOException {
        Tensors.Builder all = Tensors.builder();
        List<Tensor> made = new ArrayList<>();
        boolean whole = false;
        try {
            for (int i = 0; i < headers.size(); i++) {
                Tensor tensor = tensor(headers.get(i), file, sections.get(i));
                made.add(tensor);
                all.put(headers.get(i).getName(), tensor);
            }
            whole = true;
            return all.build();
        } finally {
            if (!whole) {
                made.forEach(Tensor::close);
            }
        }
    }

    /** With its bytes, for whoever cannot read the file. Throws OBJECT_LOST or TENSOR_TOO_LARGE. */
    public static Value inline(String what, StoredValue stored) {
        if (bytes(stored) > MOST_INLINE) {
            throw tooLarge(what, bytes(stored), MOST_INLINE, "is more than goes to another host");
        }
        Path file = path(stored);
        try {
            List<ByteString> bytes = new ArrayList<>();
            for (StoredSection section : stored.getSectionsList()) {
                bytes.add(UnsafeByteOperations.unsafeWrap(bytes(what, file, section(section))));
            }
            return withBytes(stored.getValue(), bytes);
        } catch (IOException e) {
            throw lost(what, file, e);
        }
    }

    private static Value withBytes(Value header, List<ByteString> bytes) {
        Value.Builder whole = header.toBuilder();
        switch (header.getKindCase()) {
            case OBJECT -> whole.setObject(bytes.get(0));
            case TENSOR -> whole.getTensorBuilder().setData(bytes.get(0));
            case TENSORS -> {
                for (int i = 0; i < bytes.size(); i++) {
                    whole.getTensorsBuilder().getTensorsBuilder(i).setData(bytes.get(i));
                }
            }
            case NOTHING, STORED, KIND_NOT_SET ->
                throw OrreryException.of(ErrorCode.PROTOCOL, "a value is stored as what has no bytes");
        }
        return whole.build();
    }
}
