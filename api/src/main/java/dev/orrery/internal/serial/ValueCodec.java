package dev.orrery.internal.serial;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.TensorList;
import dev.orrery.internal.proto.Value;
import dev.orrery.internal.tensor.TensorCodec;
import dev.orrery.tensor.Tensor;
import dev.orrery.tensor.Tensors;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Arguments and results as messages. A tensor, or a set of them, travels as its bytes; everything else by the serializer.
 * Any thread but an I/O thread.
 */
public final class ValueCodec {
    private static final Logger LOG = LoggerFactory.getLogger(ValueCodec.class);
    static final String UNNAMED = "tensor";

    /** A message is smaller than that in any case. */
    private static final long MAX_TENSOR_BYTES = Integer.MAX_VALUE / 2;

    /** Where large values are put. */
    @FunctionalInterface
    public interface FilePlace {
        /** For so many bytes; empty where there is no room. */
        Optional<Path> fileFor(long bytes);
    }

    private final ObjectSerializer objects;

    public ValueCodec(ObjectSerializer objects) {
        this.objects = objects;
    }

    /**
     * Copies; a tensor stays the caller's. Throws NOT_SERIALIZABLE or TENSOR_TOO_LARGE.
     *
     * @param what whose value it is, for the error
     * @param value may be null, which a void method returns
     * @param inner is given what the value refers to inside, which is held until that is let go
     */
    public Value toMessage(String what, Object value, InnerReferences inner) {
        Value.Builder message = Value.newBuilder();
        if (value == null) {
            message.setNothing(true);
        } else if (value instanceof Tensor tensor) {
            message.setTensor(
                    TensorCodec.toMessages(Tensors.of(UNNAMED, tensor)).get(0));
        } else if (value instanceof Tensors tensors) {
            message.setTensors(TensorList.newBuilder().addAllTensors(TensorCodec.toMessages(tensors)));
        } else {
            message.setObject(inner.during(() -> objects.write(what, value)));
        }
        return message.addAllReferences(inner.references()).build();
    }

    /** As {@link #toMessage(String, Object, InnerReferences)}, for what lives too long to refer to objects: INVALID_ARGUMENT if it does. */
    public Value toMessage(String what, Object value) {
        InnerReferences inner = new InnerReferences();
        try {
            Value message = toMessage(what, value, inner);
            if (inner.isEmpty()) {
                return message;
            }
        } finally {
            inner.letGo();
        }
        throw OrreryException.of(
                ErrorCode.INVALID_ARGUMENT,
                what + " refers to object " + inner.references().get(0).getId()
                        + "; references go with calls and tasks, and in what is put, nowhere else");
    }

    /**
     * As {@link #toMessage(String, Object, InnerReferences)}, but what is large is written into a file, if there is a place for it, and the
     * message says where it is. Throws CANCELLED, too, when the thread is interrupted.
     */
    public Value toMessage(String what, Object value, FilePlace place, InnerReferences inner) {
        Optional<Value> direct = LargeValue.of(value).flatMap(large -> store(what, large, place));
        if (direct.isPresent()) {
            return direct.get();
        }
        Value whole = toMessage(what, value, inner);
        return LargeValue.of(whole)
                .flatMap(large -> store(what, large, place))
                .map(stored -> stored.toBuilder()
                        .addAllReferences(whole.getReferencesList())
                        .build())
                .orElse(whole);
    }

    private static Optional<Value> store(String what, LargeValue large, FilePlace place) {
        Optional<Path> file = place.fileFor(large.bytes());
        if (file.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(StoredValues.write(file.get(), large));
        } catch (ClosedByInterruptException e) {
            throw OrreryException.of(ErrorCode.CANCELLED, "interrupted while " + what + " was stored", e);
        } catch (IOException e) {
            LOG.warn("{} cannot be stored in {}, and stays in memory: {}", what, file.get(), e.toString());
            return Optional.empty();
        }
    }

    /** Null where null was sent. A tensor is the caller's to close. Throws NOT_SERIALIZABLE, TENSOR_MISMATCH or OBJECT_LOST. */
    public Object fromMessage(String what, Value message) {
        return switch (message.getKindCase()) {
            case NOTHING, KIND_NOT_SET -> null;
            case OBJECT -> objects.read(what, message.getObject());
            case TENSOR ->
                tensors(List.of(message.getTensor())).iterator().next().getValue();
            case TENSORS -> tensors(message.getTensors().getTensorsList());
            case STORED -> StoredValues.read(what, message.getStored(), objects);
        };
    }

    /** Of a value that nobody takes. */
    public static void release(Object value) {
        if (value instanceof Tensor tensor) {
            tensor.close();
        } else if (value instanceof Tensors tensors) {
            tensors.close();
        }
    }

    private static Tensors tensors(List<dev.orrery.internal.proto.TensorData> messages) {
        return TensorCodec.fromMessages(messages, MAX_TENSOR_BYTES);
    }
}
