package dev.orrery.head.zookeeper;

import com.google.protobuf.MessageLite;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.store.Change;
import dev.orrery.head.store.ClusterStore;
import dev.orrery.head.store.CommitResult;
import dev.orrery.head.store.RecordKey;
import dev.orrery.head.store.RecordKey.PipelineKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.ZooDefs;

/** One commit as ZooKeeper's operations, the check of the epoch first; and how to see afterwards whether it was made. */
final class Transaction {
    /** What ZooKeeper adds to an operation's path and value. */
    private static final int BYTES_PER_OPERATION = 64;

    /** Parents before what lies below them, and the reverse when they go. */
    private static final Comparator<Change> PARENTS_OUTSIDE =
            Comparator.comparingInt(change -> !change.key().isParent() ? 1 : change instanceof Change.Delete ? 2 : 0);

    private final StorePaths paths;
    private final List<Change> changes;
    private final List<Op> operations = new ArrayList<>();
    /** Which change an operation makes; none for the others that come along. */
    private final Map<Integer, RecordKey> keys = new HashMap<>();

    private int bytes;

    private Transaction(StorePaths paths, List<Change> changes) {
        this.paths = paths;
        this.changes = changes.stream().sorted(PARENTS_OUTSIDE).toList();
    }

    /** Throws INVALID_ARGUMENT when it could never be made. */
    static Transaction of(StorePaths paths, int epochVersion, List<Change> changes) {
        Transaction transaction = new Transaction(paths, changes);
        transaction.requireDistinct();
        transaction.add(Op.check(paths.epoch(), epochVersion), 0);
        transaction.changes.forEach(transaction::add);
        transaction.add(Op.setData(paths.lastCommit(), new byte[0], -1), 0);
        if (transaction.bytes > ClusterStore.MAX_COMMIT_BYTES) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT,
                    "a commit of %d changes has %d bytes, the limit is %d: commit less at once"
                            .formatted(changes.size(), transaction.bytes, ClusterStore.MAX_COMMIT_BYTES));
        }
        return transaction;
    }

    private void requireDistinct() {
        Set<RecordKey> seen = new HashSet<>();
        for (Change change : changes) {
            if (!seen.add(change.key())) {
                throw OrreryException.of(
                        ErrorCode.INVALID_ARGUMENT, "a commit changes " + change.key() + " more than once");
            }
        }
    }

    private void add(Change change) {
        String path = paths.path(change.key());
        if (change instanceof Change.Create create) {
            byte[] value = value(change.key(), create.value());
            keys.put(operations.size(), change.key());
            add(create(path, value), value.length);
            if (change.key() instanceof PipelineKey pipeline) {
                add(create(paths.replicas(pipeline), new byte[0]), 0);
            }
        } else if (change instanceof Change.Update update) {
            byte[] value = value(change.key(), update.value());
            keys.put(operations.size(), change.key());
            add(Op.setData(path, value, update.expectedVersion()), value.length);
        } else if (change instanceof Change.Delete delete) {
            if (change.key() instanceof PipelineKey pipeline) {
                add(Op.delete(paths.replicas(pipeline), -1), 0);
            }
            keys.put(operations.size(), change.key());
            add(Op.delete(path, delete.expectedVersion()), 0);
        }
    }

    private void add(Op operation, int valueBytes) {
        operations.add(operation);
        bytes += BYTES_PER_OPERATION + operation.getPath().length() + valueBytes;
    }

    private static Op create(String path, byte[] value) {
        return Op.create(path, value, ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
    }

    private static byte[] value(RecordKey key, MessageLite record) {
        RecordCodec.operation(key, record);
        byte[] value = record.toByteArray();
        if (value.length > ClusterStore.MAX_RECORD_BYTES) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT,
                    "the record of %s has %d bytes, the limit is %d"
                            .formatted(key, value.length, ClusterStore.MAX_RECORD_BYTES));
        }
        return value;
    }

    List<Op> operations() {
        return operations;
    }

    /** What the operation at {@code index} was about, for a message. */
    String about(int index) {
        RecordKey key = index < 0 ? null : keys.get(index);
        return key == null ? "the commit" : key.toString();
    }

    CommitResult result(List<OpResult> results) {
        Map<RecordKey, Integer> versions = new HashMap<>();
        keys.forEach((index, key) -> {
            if (results.get(index) instanceof OpResult.SetDataResult updated) {
                versions.put(key, updated.getStat().getVersion());
            } else if (results.get(index) instanceof OpResult.CreateResult) {
                versions.put(key, 0);
            }
        });
        return new CommitResult(versions);
    }

    /** Reads of each record that is changed, in the order of {@link #outcome}. */
    List<Op> reads() {
        return changes.stream()
                .map(change -> Op.getData(paths.path(change.key())))
                .toList();
    }

    /** Empty when it was not made. Since it is made as a whole, records that differ in this mean that something is odd. */
    Optional<CommitResult> outcome(List<OpResult> read) {
        Map<RecordKey, Integer> versions = new HashMap<>();
        int made = 0;
        for (int i = 0; i < changes.size(); i++) {
            Change change = changes.get(i);
            Optional<OpResult.GetDataResult> found =
                    read.get(i) instanceof OpResult.GetDataResult data ? Optional.of(data) : Optional.empty();
            if (isMade(change, found)) {
                made++;
                if (!(change instanceof Change.Delete)) {
                    versions.put(change.key(), found.get().getStat().getVersion());
                }
            }
        }
        if (made > 0 && made < changes.size()) {
            throw OrreryException.of(
                    ErrorCode.INTERNAL, made + " of " + changes.size() + " changes of one commit are in ZooKeeper");
        }
        return made == 0 ? Optional.empty() : Optional.of(new CommitResult(versions));
    }

    private static boolean isMade(Change change, Optional<OpResult.GetDataResult> found) {
        if (change instanceof Change.Delete) {
            return found.isEmpty();
        }
        MessageLite value = change instanceof Change.Create create ? create.value() : ((Change.Update) change).value();
        return found.isPresent()
                && RecordCodec.operation(
                                change.key(),
                                RecordCodec.decode(change.key(), found.get().getData()))
                        .equals(RecordCodec.operation(change.key(), value));
    }
}
