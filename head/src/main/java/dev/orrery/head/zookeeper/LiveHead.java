package dev.orrery.head.zookeeper;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.proto.HeadRecord;
import dev.orrery.head.zookeeper.ZooKeeperCalls.Answer;
import dev.orrery.internal.rpc.HostPort;
import java.time.Duration;
import java.util.List;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.ZooDefs;

/** This head's sign of life, which makes its name its own. */
final class LiveHead {
    private static final String REGISTER = "register this head";

    private final BlockingCalls calls;
    private final StorePaths paths;
    private final HeadSelf self;

    LiveHead(BlockingCalls calls, StorePaths paths, HeadSelf self) {
        this.calls = calls;
        this.paths = paths;
        this.self = self;
    }

    /** Waits for an earlier life's session to end. Throws INVALID_CONFIG when the name stays taken for {@code patience}. */
    void register(long session, Duration patience, Duration timeout) {
        Deadline taken = calls.deadline(patience);
        Deadline deadline = calls.deadline(patience.plus(timeout));
        String path = paths.live(self.name());
        byte[] record = HeadRecord.newBuilder()
                .setHead(self.name())
                .setAddress(self.address().toMessage())
                .build()
                .toByteArray();
        Op create = Op.create(path, record, ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
        while (true) {
            Answer answer = calls.once(List.of(create), deadline, REGISTER);
            if (answer.isOk()) {
                return;
            }
            if (!answer.isLost() && answer.code() != Code.NODEEXISTS) {
                throw BlockingCalls.refused(create, answer.code(), REGISTER);
            }
            OpResult read =
                    calls.read(List.of(Op.getData(path)), deadline, REGISTER).get(0);
            if (read instanceof OpResult.GetDataResult found) {
                if (found.getStat().getEphemeralOwner() == session) {
                    return;
                }
                requireTime(found, taken);
            }
            calls.pause(deadline, REGISTER);
        }
    }

    private void requireTime(OpResult.GetDataResult found, Deadline taken) {
        if (taken.leftNanos() == 0) {
            HeadRecord other = RecordCodec.decode(HeadRecord.parser(), found.getData(), paths.live(self.name()));
            throw OrreryException.of(
                    ErrorCode.INVALID_CONFIG,
                    "another head is called " + self.name() + ", and lives at " + HostPort.of(other.getAddress())
                            + ": give each head its own name (head.name)");
        }
    }
}
