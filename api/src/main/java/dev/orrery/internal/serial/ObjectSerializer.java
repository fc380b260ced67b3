package dev.orrery.internal.serial;

import com.google.protobuf.ByteString;

/**
 * Objects of users' classes to bytes and back. Any thread may call it. It runs user code where a class defines how it is
 * serialised, so it is not for I/O threads.
 */
public interface ObjectSerializer {
    /** Throws NOT_SERIALIZABLE, which names the class; {@code what} says whose value it is, e.g. "argument 1". */
    ByteString write(String what, Object value);

    /** Throws NOT_SERIALIZABLE: the bytes are none, or of a class that is not known here or not accepted. */
    Object read(String what, ByteString bytes);

    /** As {@link #read}; what is read may keep parts of the bytes, which nobody else uses. */
    Object readOwn(String what, byte[] bytes);
}
