package dev.orrery.head.control;

import com.google.protobuf.Message;
import com.google.protobuf.MessageLite;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.store.Change;
import dev.orrery.head.store.ClusterStore;
import dev.orrery.head.store.CommitResult;
import dev.orrery.head.store.RecordKey;
import dev.orrery.head.store.StoredState;
import dev.orrery.head.store.Versioned;
import dev.orrery.internal.names.NameRules;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The store in memory, with epochs, versions, and failures on demand. */
final class TestingStore {
    static final String CLUSTER = "c0ffee";

    /** What becomes of a commit. */
    enum Fate {
        DONE,
        /** Not made, and the caller cannot know. */
        LOST,
        /** Made, and the caller cannot know. */
        UNANSWERED,
        CRASH_BEFORE,
        CRASH_AFTER
    }

    /** Decides over each commit by its number, from 1. */
    @FunctionalInterface
    interface Fates {
        Fate of(int commit);
    }

    /** The head's process ends here. */
    static final class Crash extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Crash() {
            super("the head ends");
        }
    }

    private final Map<RecordKey, Versioned<MessageLite>> records = new HashMap<>();
    private final Set<String> operations = new HashSet<>();
    private final Set<Long> worldsEver = new HashSet<>();
    private Fates fates = commit -> Fate.DONE;
    private final List<List<Change>> history = new ArrayList<>();
    /** So many loads get no answer. */
    int failingLoads;

    private long epoch;
    private int commits;
    int proofs;
    private int versions;

    /** A new leader's store; earlier ones are fenced. */
    ClusterStore lead() {
        epoch++;
        return new Handle(epoch);
    }

    void fates(Fates next) {
        this.fates = next;
    }

    int commits() {
        return commits;
    }

    /** All that was committed. */
    List<List<Change>> history() {
        return history;
    }

    /** What whoever only reads finds. */
    StoredState state() {
        return new StoredState(
                select(RecordKey.NodeKey.class),
                select(RecordKey.JobKey.class),
                select(RecordKey.NamespaceKey.class),
                select(RecordKey.NameKey.class),
                select(RecordKey.ActorKey.class),
                select(RecordKey.CheckpointKey.class),
                select(RecordKey.PipelineKey.class),
                select(RecordKey.ReplicaKey.class),
                select(RecordKey.WorldKey.class),
                select(RecordKey.PlacementGroupKey.class));
    }

    Map<RecordKey, MessageLite> records() {
        Map<RecordKey, MessageLite> values = new HashMap<>();
        records.forEach((key, record) -> values.put(key, record.value()));
        return values;
    }

    private final class Handle implements ClusterStore {
        private final long own;

        Handle(long own) {
            this.own = own;
        }

        @Override
        public long epoch() {
            return own;
        }

        @Override
        public String cluster() {
            return CLUSTER;
        }

        private void checkEpoch() {
            if (own != epoch) {
                throw OrreryException.of(ErrorCode.FENCED, "epoch " + own + " is over, " + epoch + " leads");
            }
        }

        @Override
        public StoredState load() {
            checkEpoch();
            if (failingLoads > 0) {
                failingLoads--;
                throw unavailable();
            }
            return state();
        }

        @Override
        public void prove() {
            checkEpoch();
            proofs++;
        }

        @Override
        public CommitResult commit(List<Change> changes) {
            checkEpoch();
            commits++;
            Fate fate = fates.of(commits);
            if (fate == Fate.LOST) {
                throw unavailable();
            } else if (fate == Fate.CRASH_BEFORE) {
                throw new Crash();
            }
            CommitResult result = apply(changes);
            if (fate == Fate.UNANSWERED) {
                throw unavailable();
            } else if (fate == Fate.CRASH_AFTER) {
                throw new Crash();
            }
            return result;
        }
    }

    private static OrreryException unavailable() {
        return OrreryException.of(ErrorCode.STORE_UNAVAILABLE, "no answer from the store");
    }

    @SuppressWarnings("unchecked")
    private <K extends RecordKey, R> Map<K, Versioned<R>> select(Class<K> kind) {
        Map<K, Versioned<R>> selected = new HashMap<>();
        records.forEach((key, record) -> {
            if (kind.isInstance(key)) {
                selected.put(kind.cast(key), (Versioned<R>) record);
            }
        });
        return selected;
    }

    private CommitResult apply(List<Change> changes) {
        check(changes);
        history.add(changes);
        Map<RecordKey, Integer> created = new TreeMap<>((a, b) -> a.toString().compareTo(b.toString()));
        for (Change change : changes) {
            if (change instanceof Change.Delete) {
                records.remove(change.key());
            } else {
                MessageLite value =
                        change instanceof Change.Create create ? create.value() : ((Change.Update) change).value();
                versions++;
                records.put(change.key(), new Versioned<>(value, versions));
                created.put(change.key(), versions);
            }
        }
        return new CommitResult(created);
    }

    private void check(List<Change> changes) {
        Set<RecordKey> there = new HashSet<>(records.keySet());
        Set<String> operationsHere = new HashSet<>();
        for (Change change : changes) {
            if (change instanceof Change.Create create) {
                expect(there.add(create.key()), create + ": is there already");
                if (create.key() instanceof RecordKey.ReplicaKey replica) {
                    expect(
                            there.contains(new RecordKey.PipelineKey(replica.pipeline())),
                            replica + " before its pipeline");
                }
                if (create.key() instanceof RecordKey.NameKey name) {
                    expect(
                            name.namespace().equals(NameRules.DEFAULT_NAMESPACE)
                                    || there.contains(new RecordKey.NamespaceKey(name.namespace())),
                            name + " before its namespace");
                }
                if (create.key() instanceof RecordKey.WorldKey world) {
                    expect(worldsEver.add(world.world()), world + " was there before");
                }
                operationsHere.add(operation(create.value()));
            } else if (change instanceof Change.Update update) {
                expectVersion(update.key(), update.expectedVersion());
                operationsHere.add(operation(update.value()));
            } else if (change instanceof Change.Delete delete) {
                expectVersion(delete.key(), delete.expectedVersion());
                there.remove(delete.key());
                expect(
                        !(delete.key() instanceof RecordKey.PipelineKey pipeline)
                                || there.stream()
                                        .noneMatch(key -> key instanceof RecordKey.ReplicaKey replica
                                                && replica.pipeline().equals(pipeline.pipeline())),
                        delete.key() + " before its replicas");
                expect(
                        !(delete.key() instanceof RecordKey.NamespaceKey namespace)
                                || there.stream()
                                        .noneMatch(key -> key instanceof RecordKey.NameKey name
                                                && name.namespace().equals(namespace.namespace())),
                        delete.key() + " before its names");
            }
        }
        operationsHere.forEach(operation -> expect(operations.add(operation), operation + " was used before"));
        expect(operationsHere.size() <= 1, "several operations in one commit");
    }

    private void expectVersion(RecordKey key, int version) {
        expect(records.containsKey(key) && records.get(key).version() == version, key + " is not of that version");
    }

    private static String operation(MessageLite value) {
        Message record = (Message) value;
        String operation =
                (String) record.getField(record.getDescriptorForType().findFieldByName("operation"));
        expect(!operation.isEmpty(), "a record without an operation");
        expect(value.getSerializedSize() <= ClusterStore.MAX_RECORD_BYTES, "a record is too large");
        return operation;
    }

    private static void expect(boolean holds, String otherwise) {
        if (!holds) {
            throw OrreryException.of(ErrorCode.INVALID_ARGUMENT, otherwise);
        }
    }
}
