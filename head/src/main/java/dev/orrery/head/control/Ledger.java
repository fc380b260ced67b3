package dev.orrery.head.control;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.MessageLite;
import dev.orrery.head.reconcile.Records;
import dev.orrery.head.reconcile.Write;
import dev.orrery.head.store.Change;
import dev.orrery.head.store.ClusterStore;
import dev.orrery.head.store.RecordKey;
import dev.orrery.head.store.StoredState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The records in memory together with the versions that the store has them in. */
final class Ledger {
    private final ClusterStore store;
    private final Map<RecordKey, Integer> versions = new HashMap<>();
    private long commits;

    Ledger(ClusterStore store) {
        this.store = store;
    }

    /** Reads everything anew. */
    Records load() {
        StoredState state = store.load();
        versions.clear();
        state.forEach((key, record) -> versions.put(key, record.version()));
        return records(state);
    }

    static Records records(StoredState state) {
        List<Write> writes = new ArrayList<>();
        state.forEach((key, record) -> writes.add(new Write(key, "", Optional.of(record.value()))));
        Records records = new Records();
        records.apply(writes);
        return records;
    }

    /** Commits all of {@code writes} or none; returns them as they are stored. */
    List<Write> commit(List<Write> writes) {
        commits++;
        String operation = "%x-%x".formatted(store.epoch(), commits);
        List<Write> stamped = writes.stream()
                .map(write -> stamp(write, operation))
                .sorted(ORDER)
                .toList();
        Map<RecordKey, Integer> committed =
                store.commit(stamped.stream().map(this::change).toList()).versions();
        for (Write write : stamped) {
            if (write.value().isPresent()) {
                versions.put(write.key(), committed.get(write.key()));
            } else {
                versions.remove(write.key());
            }
        }
        return stamped;
    }

    /** Some records lie below others in the store. */
    private static final Comparator<Write> ORDER = Comparator.comparingInt(
            write -> !write.key().isParent() ? 0 : write.value().isPresent() ? -1 : 1);

    private Change change(Write write) {
        Integer version = versions.get(write.key());
        if (write.value().isEmpty()) {
            return new Change.Delete(write.key(), version);
        }
        MessageLite value = write.value().get();
        return version == null ? new Change.Create(write.key(), value) : new Change.Update(write.key(), value, version);
    }

    private static Write stamp(Write write, String operation) {
        return new Write(write.key(), write.pipeline(), write.value().map(value -> stamp((Message) value, operation)));
    }

    private static MessageLite stamp(Message record, String operation) {
        FieldDescriptor field = record.getDescriptorForType().findFieldByName("operation");
        return record.toBuilder().setField(field, operation).build();
    }
}
