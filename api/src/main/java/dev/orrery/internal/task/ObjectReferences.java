package dev.orrery.internal.task;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.orrery.internal.client.ClusterClient;
import dev.orrery.internal.proto.ObjectReference;
import dev.orrery.internal.serial.BoundType;
import dev.orrery.internal.transfer.References;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** References to objects in arguments, results and what is put: whoever reads one borrows the object, or finds it to be its own. */
@SuppressWarnings("rawtypes")
public final class ObjectReferences implements BoundType<ObjectHandle> {
    private final Supplier<ClusterClient> client;
    private final ClassLoader classes;

    /**
     * @param client asked when a reference is read
     * @param classes finds the classes of the object
     */
    public ObjectReferences(Supplier<ClusterClient> client, ClassLoader classes) {
        this.client = client;
        this.classes = classes;
    }

    /** As a client is set up with them. */
    public static List<BoundType<?>> types(Supplier<ClusterClient> client, ClassLoader classes) {
        return List.of(new ObjectReferences(client, classes));
    }

    @Override
    public int id() {
        return 1;
    }

    @Override
    public Class<ObjectHandle> type() {
        return ObjectHandle.class;
    }

    @Override
    public byte[] write(ObjectHandle reference) {
        return reference.refer().toByteArray();
    }

    @Override
    public ObjectHandle<?> read(byte[] bytes) {
        ObjectReference message;
        try {
            message = ObjectReference.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("not a reference to an object", e);
        }
        ClusterClient own = client.get();
        References references = own.exchange().references();
        ObjectReading reading = new ObjectReading(own.codec(classes), own.completions(), own.exchange());
        return references
                .find(message)
                .filter(HeldObject.class::isInstance)
                .map(HeldObject.class::cast)
                .map(mine -> new ObjectHandle<>(ReturnedObject.of(mine), Set.of(), reading))
                .orElseGet(() ->
                        new ObjectHandle<>(new HeldObject(BorrowedObject.of(message, references)), Set.of(), reading));
    }
}
