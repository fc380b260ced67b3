package dev.orrery.agent.desired;

import dev.orrery.internal.proto.Stamp;
import java.util.Optional;

/** What to do with a desired set that came in, by its stamp alone. */
public enum DesiredDecision {
    /** Newer than all before. */
    ADOPT,
    /** Known, or overtaken by a later one of the same leader: the answer names the one that counts. */
    KEEP,
    /** From a leader that has been replaced. */
    REFUSE_EPOCH,
    REFUSE_CLUSTER;

    /** @param known the cluster that this node belongs to; empty for one that never belonged to any */
    public static DesiredDecision on(Optional<String> known, Stamp current, Stamp offered) {
        boolean foreign =
                known.filter(cluster -> !cluster.equals(offered.getCluster())).isPresent();
        if (foreign || offered.getCluster().isEmpty()) {
            return REFUSE_CLUSTER;
        }
        if (offered.getEpoch() < current.getEpoch()) {
            return REFUSE_EPOCH;
        }
        boolean newer = offered.getEpoch() > current.getEpoch() || offered.getSequence() > current.getSequence();
        return newer ? ADOPT : KEEP;
    }
}
