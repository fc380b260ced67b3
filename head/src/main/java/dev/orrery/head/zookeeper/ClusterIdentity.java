package dev.orrery.head.zookeeper;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.proto.EpochRecord;
import dev.orrery.head.proto.MetaRecord;
import dev.orrery.head.store.ClusterIdFile;
import dev.orrery.head.zookeeper.ZooKeeperCalls.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.ZooDefs;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes sure that ZooKeeper holds this head's cluster; begins one only for a head that never knew any. */
final class ClusterIdentity {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterIdentity.class);
    static final int SCHEMA = 1;
    private static final String READ = "say which cluster it holds";
    private static final String BEGIN = "begin a cluster";

    private final BlockingCalls calls;
    private final StorePaths paths;
    private final ClusterIdFile file;

    ClusterIdentity(BlockingCalls calls, StorePaths paths, ClusterIdFile file) {
        this.calls = calls;
        this.paths = paths;
        this.file = file;
    }

    /** Returns the cluster's UUID, which this head knows from now on. Throws STORE_LOST. */
    String verify(Deadline deadline) {
        Optional<String> known = file.read();
        Optional<MetaRecord> stored = stored(deadline);
        if (stored.isEmpty()) {
            known.ifPresent(id -> {
                throw lost(id, "holds none: its data is gone");
            });
            begin(deadline);
            stored = stored(deadline);
        }
        MetaRecord meta = stored.orElseThrow(() -> OrreryException.of(
                ErrorCode.STORE_LOST, "the cluster at " + paths.root() + " went while it was begun"));
        if (meta.getSchema() != SCHEMA) {
            throw OrreryException.of(
                    ErrorCode.UNSUPPORTED,
                    "ZooKeeper holds records of schema " + meta.getSchema() + ", this head knows " + SCHEMA);
        }
        if (known.isEmpty()) {
            file.write(meta.getCluster());
        } else if (!known.get().equals(meta.getCluster())) {
            throw lost(known.get(), "holds cluster " + meta.getCluster());
        }
        return meta.getCluster();
    }

    /** Throws STORE_LOST when ZooKeeper holds another cluster than the one that this head knows, or none. */
    void check(Deadline deadline) {
        Optional<MetaRecord> stored = stored(deadline);
        file.read()
                .filter(known -> !stored.map(MetaRecord::getCluster).equals(Optional.of(known)))
                .ifPresent(known -> {
                    throw lost(
                            known,
                            stored.map(meta -> "holds cluster " + meta.getCluster())
                                    .orElse("holds none: its data is gone"));
                });
    }

    /** UUID of the cluster that ZooKeeper holds; none when it holds none, or not all of one. */
    Optional<String> storedCluster(Deadline deadline) {
        return stored(deadline).map(MetaRecord::getCluster);
    }

    private Optional<MetaRecord> stored(Deadline deadline) {
        // What another head began a moment ago must be seen, on whichever server.
        calls.sync("/", deadline, READ);
        OpResult read =
                calls.read(List.of(Op.getData(paths.meta())), deadline, READ).get(0);
        return read instanceof OpResult.GetDataResult found
                ? Optional.of(RecordCodec.decode(MetaRecord.parser(), found.getData(), paths.meta()))
                : Optional.empty();
    }

    private OrreryException lost(String known, String what) {
        return OrreryException.of(
                ErrorCode.STORE_LOST,
                "store lost: this head belongs to cluster " + known + " (" + file + "), and ZooKeeper at "
                        + paths.root() + " " + what
                        + "; bring ZooKeeper's data back, or see 'orrery recover --help'. A head never begins a cluster"
                        + " anew by itself");
    }

    private void begin(Deadline deadline) {
        List<Op> parents = new ArrayList<>();
        paths.chroot().forEach(path -> parents.add(create(path, new byte[0])));
        paths.headParents().forEach(path -> parents.add(create(path, new byte[0])));
        calls.ensure(parents, deadline, BEGIN);

        String id = UUID.randomUUID().toString();
        List<Op> all = new ArrayList<>();
        paths.recordParents().forEach(path -> all.add(create(path, new byte[0])));
        all.add(create(paths.epoch(), EpochRecord.getDefaultInstance().toByteArray()));
        all.add(create(
                paths.meta(),
                MetaRecord.newBuilder().setCluster(id).setSchema(SCHEMA).build().toByteArray()));
        Answer answer = calls.once(all, deadline, BEGIN);
        while (answer.isLost()) {
            calls.pause(deadline, BEGIN);
            answer = calls.once(all, deadline, BEGIN);
        }
        if (answer.isOk()) {
            LOG.info("began cluster {} at {}", id, paths.root());
        } else if (answer.code() != Code.NODEEXISTS) {
            throw BlockingCalls.refused(all.get(0), answer.code(), BEGIN);
        } else if (stored(deadline).isEmpty()) {
            throw OrreryException.of(
                    ErrorCode.STORE_LOST,
                    "ZooKeeper holds records below " + paths.root()
                            + " but not which cluster they are of; see 'orrery recover --help'");
        }
    }

    private static Op create(String path, byte[] value) {
        return Op.create(path, value, ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
    }
}
