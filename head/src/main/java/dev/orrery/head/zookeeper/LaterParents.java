package dev.orrery.head.zookeeper;

import dev.orrery.head.zookeeper.ZooKeeperCalls.Answer;
import java.util.ArrayList;
import java.util.List;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.ZooDefs;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes, for a leader of this version, the parents of records that a cluster of an earlier one was begun without. */
final class LaterParents {
    private static final Logger LOG = LoggerFactory.getLogger(LaterParents.class);
    private static final String MAKE = "make parents of new kinds of records";

    private final BlockingCalls calls;
    private final StorePaths paths;

    LaterParents(BlockingCalls calls, StorePaths paths) {
        this.calls = calls;
        this.paths = paths;
    }

    /** Makes nothing in another epoch than that of {@code epochVersion}; the caller finds out by itself that it is over. */
    void make(int epochVersion, Deadline deadline) {
        List<List<String>> all = paths.laterParents();
        List<OpResult> found =
                calls.read(all.stream().map(group -> Op.getData(group.get(0))).toList(), deadline, MAKE);
        for (int i = 0; i < all.size(); i++) {
            if (!(found.get(i) instanceof OpResult.GetDataResult)) {
                make(all.get(i), epochVersion, deadline);
            }
        }
    }

    private void make(List<String> group, int epochVersion, Deadline deadline) {
        List<Op> operations = new ArrayList<>(List.of(Op.check(paths.epoch(), epochVersion)));
        group.forEach(path ->
                operations.add(Op.create(path, new byte[0], ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT)));
        Answer answer = calls.once(operations, deadline, MAKE);
        while (answer.isLost()) {
            calls.pause(deadline, MAKE);
            answer = calls.once(operations, deadline, MAKE);
        }
        if (answer.isOk()) {
            LOG.info("made {} and what is below it", group.get(0));
            return;
        }
        boolean epochIsOver = answer.refusedIndex() == 0;
        // Where it is there already, the answer that was lost was that it had been made.
        if (!epochIsOver && answer.code() != Code.NODEEXISTS) {
            throw BlockingCalls.refused(operations.get(Math.max(0, answer.refusedIndex())), answer.code(), MAKE);
        }
    }
}
