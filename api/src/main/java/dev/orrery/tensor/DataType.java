package dev.orrery.tensor;

/** Element types. */
public enum DataType {
    FP16(2),
    BF16(2),
    FP32(4),
    FP64(8),
    INT8(1),
    INT16(2),
    INT32(4),
    INT64(8),
    UINT8(1),
    BOOL(1),
    /** Byte strings of any length each (text is UTF-8); stored as a little-endian u32 length and the bytes. */
    BYTES(0);

    private final int size;

    DataType(int size) {
        this.size = size;
    }

    /** Bytes of one element. */
    public int size() {
        if (this == BYTES) {
            throw new IllegalStateException("elements of BYTES have no fixed size");
        }
        return size;
    }

    public boolean fixedSize() {
        return this != BYTES;
    }
}
