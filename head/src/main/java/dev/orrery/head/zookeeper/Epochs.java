package dev.orrery.head.zookeeper;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.proto.EpochRecord;
import dev.orrery.head.store.LeaderAddress;
import dev.orrery.head.zookeeper.ZooKeeperCalls.Answer;
import dev.orrery.head.zookeeper.ZooKeeperClusterStore.Term;
import dev.orrery.internal.rpc.HostPort;
import java.util.List;
import java.util.Optional;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;

/** The znode that counts leaderships. */
final class Epochs {
    private static final String READ = "read the epoch";
    private static final String RAISE = "raise the epoch";

    private final BlockingCalls calls;
    private final StorePaths paths;

    Epochs(BlockingCalls calls, StorePaths paths) {
        this.calls = calls;
        this.paths = paths;
    }

    record Current(EpochRecord epoch, int version) {
        /** None before the first. */
        Optional<LeaderAddress> leader() {
            return epoch.getEpoch() == 0
                    ? Optional.empty()
                    : Optional.of(
                            new LeaderAddress(epoch.getHead(), HostPort.of(epoch.getAddress()), epoch.getEpoch()));
        }
    }

    Current read(Deadline deadline) {
        OpResult read =
                calls.read(List.of(Op.getData(paths.epoch())), deadline, READ).get(0);
        if (read instanceof OpResult.GetDataResult found) {
            EpochRecord epoch = RecordCodec.decode(EpochRecord.parser(), found.getData(), paths.epoch());
            return new Current(epoch, found.getStat().getVersion());
        }
        throw OrreryException.of(ErrorCode.STORE_LOST, "ZooKeeper holds no " + paths.epoch());
    }

    /**
     * Begins the next epoch, on condition that the latch's znode {@code latch} is there. Empty when it is not, or when another
     * head was faster. An epoch whose answer was lost is left unused.
     */
    Optional<Term> raise(String cluster, HeadSelf self, String latch, Deadline deadline) {
        while (true) {
            Current current = read(deadline);
            EpochRecord next = EpochRecord.newBuilder()
                    .setEpoch(current.epoch().getEpoch() + 1)
                    .setHead(self.name())
                    .setAddress(self.address().toMessage())
                    .build();
            List<Op> raise =
                    List.of(Op.check(latch, -1), Op.setData(paths.epoch(), next.toByteArray(), current.version()));
            Answer answer = calls.once(raise, deadline, RAISE);
            if (answer.isOk()) {
                int version = ((OpResult.SetDataResult) answer.results().get(1))
                        .getStat()
                        .getVersion();
                return Optional.of(new Term(cluster, next.getEpoch(), version));
            }
            if (!answer.isLost()) {
                if (answer.code() == Code.NONODE || answer.code() == Code.BADVERSION) {
                    return Optional.empty();
                }
                throw BlockingCalls.refused(raise.get(Math.max(0, answer.refusedIndex())), answer.code(), RAISE);
            }
            calls.pause(deadline, RAISE);
        }
    }
}
