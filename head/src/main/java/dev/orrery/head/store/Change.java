package dev.orrery.head.store;

import com.google.protobuf.MessageLite;

/** One conditional change of one record. */
public sealed interface Change {
    RecordKey key();

    /** The record must not exist. */
    record Create(RecordKey key, MessageLite value) implements Change {}

    record Update(RecordKey key, MessageLite value, int expectedVersion) implements Change {}

    record Delete(RecordKey key, int expectedVersion) implements Change {}
}
