package dev.orrery.internal.serial;

/**
 * Objects that are more than their fields, as references to actors are: some bytes of them travel, and who reads those binds
 * them to what is its own. Any thread.
 */
public interface BoundType<T> {
    /** The same for reader and writer, and no other type's. */
    int id();

    Class<T> type();

    byte[] write(T object);

    T read(byte[] bytes);
}
