package dev.orrery.head.zookeeper;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.proto.EpochRecord;
import dev.orrery.head.proto.MetaRecord;
import dev.orrery.head.store.Change;
import dev.orrery.head.store.ClusterStore;
import dev.orrery.head.store.RecordKey.PipelineKey;
import dev.orrery.head.zookeeper.ZooKeeperCalls.Answer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.ZooDefs;

/**
 * Writes a lost cluster into a store that holds none. What an earlier one left half done is cleared first; the UUID comes
 * last, so that nobody takes a part for the whole; and every step is made only while there is no UUID, so that it never
 * touches a cluster that somebody else brought back. A lost answer ends it; it is begun again in another session.
 */
final class StoreWriteBack {
    /** Epochs, and versions of their znode, that this leader may not have known of. */
    static final int SKIPPED = 100;

    private static final int MAX_RAISES = 3_000;
    private static final int MAX_OPERATIONS = 500;
    private static final String WHAT = "write the lost cluster back";
    private static final Comparator<Change.Create> PARENTS_FIRST =
            Comparator.comparing(record -> !record.key().isParent());

    private final BlockingCalls calls;
    private final StorePaths paths;

    StoreWriteBack(BlockingCalls calls, StorePaths paths) {
        this.calls = calls;
        this.paths = paths;
    }

    /** Throws STORE_LOST when the store holds a cluster meanwhile, or knows of a later epoch; STORE_UNAVAILABLE. */
    void write(ZooKeeperClusterStore.Term last, HeadSelf self, List<Change.Create> records, Deadline deadline) {
        begin(deadline);
        clear(last.epoch(), deadline);
        List<Op> parents = new ArrayList<>();
        paths.recordParents().forEach(path -> parents.add(create(path, new byte[0])));
        make(parents, deadline);
        records(records, deadline);
        end(last, self, deadline);
    }

    /** Whoever finds a lost cluster's leftovers and wants none of it. */
    void clear(Deadline deadline) {
        begin(deadline);
        clear(Long.MAX_VALUE, deadline);
    }

    private void begin(Deadline deadline) {
        List<Op> parents = new ArrayList<>();
        paths.chroot().forEach(path -> parents.add(create(path, new byte[0])));
        paths.headParents().forEach(path -> parents.add(create(path, new byte[0])));
        calls.ensure(parents, deadline, WHAT);
        Op lock = Op.create(paths.writeBack(), new byte[0], ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
        Answer answer = calls.once(List.of(lock), deadline, WHAT);
        if (answer.isLost() || answer.code() == Code.NODEEXISTS) {
            throw unavailable("another head may be writing a cluster back, or did so a moment ago");
        }
        if (!answer.isOk()) {
            throw BlockingCalls.refused(lock, answer.code(), WHAT);
        }
    }

    private void clear(long knownEpoch, Deadline deadline) {
        OpResult epoch =
                calls.read(List.of(Op.getData(paths.epoch())), deadline, WHAT).get(0);
        if (epoch instanceof OpResult.GetDataResult found) {
            long stored = RecordCodec.decode(EpochRecord.parser(), found.getData(), paths.epoch())
                    .getEpoch();
            if (stored > knownEpoch && stored != knownEpoch + SKIPPED) {
                throw OrreryException.of(
                        ErrorCode.STORE_LOST,
                        "store lost: what is left at %s is of epoch %d, this head led in epoch %d"
                                .formatted(paths.root(), stored, knownEpoch));
            }
        }
        List<String> found = new ArrayList<>(children(List.of(paths.root()), deadline));
        found.remove(paths.heads());
        List<String> level = List.copyOf(found);
        while (!level.isEmpty()) {
            level = children(level, deadline);
            found.addAll(level);
        }
        List<Op> deletions = new ArrayList<>();
        for (int i = found.size() - 1; i >= 0; i--) {
            deletions.add(Op.delete(found.get(i), -1));
        }
        for (int from = 0; from < deletions.size(); from += MAX_OPERATIONS) {
            make(deletions.subList(from, Math.min(deletions.size(), from + MAX_OPERATIONS)), deadline);
        }
    }

    private List<String> children(List<String> parents, Deadline deadline) {
        List<String> children = new ArrayList<>();
        for (int from = 0; from < parents.size(); from += MAX_OPERATIONS) {
            List<String> some = parents.subList(from, Math.min(parents.size(), from + MAX_OPERATIONS));
            List<OpResult> results =
                    calls.read(some.stream().map(Op::getChildren).toList(), deadline, WHAT);
            for (int i = 0; i < some.size(); i++) {
                if (results.get(i) instanceof OpResult.GetChildrenResult found) {
                    for (String child : found.getChildren()) {
                        children.add(some.get(i) + "/" + child);
                    }
                }
            }
        }
        return children;
    }

    private void records(List<Change.Create> records, Deadline deadline) {
        List<Op> batch = new ArrayList<>();
        int bytes = 0;
        for (Change.Create record : records.stream().sorted(PARENTS_FIRST).toList()) {
            byte[] value = record.value().toByteArray();
            String path = paths.path(record.key());
            batch.add(create(path, value));
            if (record.key() instanceof PipelineKey pipeline) {
                batch.add(create(paths.replicas(pipeline), new byte[0]));
            }
            bytes += value.length + 2 * path.length();
            if (batch.size() >= MAX_OPERATIONS || bytes > ClusterStore.MAX_COMMIT_BYTES / 2) {
                make(batch, deadline);
                batch = new ArrayList<>();
                bytes = 0;
            }
        }
        if (!batch.isEmpty()) {
            make(batch, deadline);
        }
    }

    /**
     * The epoch's version must be one that no earlier leader's check can meet, and ZooKeeper counts it by itself: so it is set
     * often enough.
     */
    private void end(ZooKeeperClusterStore.Term last, HeadSelf self, Deadline deadline) {
        byte[] epoch = EpochRecord.newBuilder()
                .setEpoch(last.epoch() + SKIPPED)
                .setHead(self.name())
                .setAddress(self.address().toMessage())
                .build()
                .toByteArray();
        byte[] meta = MetaRecord.newBuilder()
                .setCluster(last.cluster())
                .setSchema(ClusterIdentity.SCHEMA)
                .build()
                .toByteArray();
        List<Op> operations = new ArrayList<>();
        operations.add(create(paths.epoch(), epoch));
        for (int version = 0; version < last.epochVersion() + SKIPPED; version++) {
            if (operations.size() >= MAX_RAISES) {
                make(operations, deadline);
                operations = new ArrayList<>();
            }
            operations.add(Op.setData(paths.epoch(), epoch, -1));
        }
        operations.add(create(paths.meta(), meta));
        make(operations, deadline);
    }

    /** All, or none when the store has got a UUID meanwhile. */
    private void make(List<Op> operations, Deadline deadline) {
        List<Op> guarded = new ArrayList<>();
        guarded.add(Op.check(paths.writeBack(), 0));
        guarded.add(create(paths.meta(), new byte[0]));
        guarded.add(Op.delete(paths.meta(), -1));
        guarded.addAll(operations);
        Answer answer = calls.once(guarded, deadline, WHAT);
        if (answer.isLost()) {
            throw unavailable("an answer was lost");
        }
        if (answer.refusedIndex() == 1) {
            throw OrreryException.of(
                    ErrorCode.STORE_LOST, "somebody else brought a cluster to " + paths.root() + " meanwhile");
        }
        if (!answer.isOk()) {
            throw BlockingCalls.refused(guarded.get(Math.max(0, answer.refusedIndex())), answer.code(), WHAT);
        }
    }

    private OrreryException unavailable(String why) {
        return OrreryException.of(ErrorCode.STORE_UNAVAILABLE, calls.storeName() + " did not " + WHAT + ": " + why);
    }

    private static Op create(String path, byte[] value) {
        return Op.create(path, value, ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
    }
}
