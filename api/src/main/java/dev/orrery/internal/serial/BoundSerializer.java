package dev.orrery.internal.serial;

import org.apache.fory.Fory;
import org.apache.fory.memory.MemoryBuffer;
import org.apache.fory.serializer.Serializer;

/** A bound type for Fory. */
final class BoundSerializer<T> extends Serializer<T> {
    private final BoundType<T> bound;

    BoundSerializer(Fory fory, BoundType<T> bound) {
        super(fory, bound.type());
        this.bound = bound;
    }

    @Override
    public void write(MemoryBuffer buffer, T value) {
        byte[] bytes = bound.write(value);
        buffer.writeVarUint32(bytes.length);
        buffer.writeBytes(bytes);
    }

    @Override
    public T read(MemoryBuffer buffer) {
        return bound.read(buffer.readBytes(buffer.readVarUint32()));
    }
}
