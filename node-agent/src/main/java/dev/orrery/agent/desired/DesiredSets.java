package dev.orrery.agent.desired;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.DesiredSet;
import dev.orrery.internal.proto.Stamp;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/** The desired set that counts. Not thread-safe. */
public final class DesiredSets {
    private final DesiredStore store;
    private Optional<String> cluster = Optional.empty();
    private Optional<DesiredSet> current = Optional.empty();

    public DesiredSets(DesiredStore store) {
        this.store = store;
    }

    /** Continues from what is on disk. */
    public void load() {
        cluster = store.cluster();
        current = store.read();
    }

    public Optional<DesiredSet> current() {
        return current;
    }

    /** All zero before the first set. */
    public Stamp stamp() {
        return current.map(DesiredSet::getStamp).orElse(Stamp.getDefaultInstance());
    }

    public Optional<String> cluster() {
        return cluster;
    }

    /** A head has welcomed this node. Throws FENCED or INVALID_CONFIG when that head must not be followed. */
    public void joined(String headCluster, long epoch) {
        switch (DesiredDecision.on(cluster, stamp(), stampOf(headCluster, epoch))) {
            case REFUSE_CLUSTER -> throw foreign(headCluster);
            case REFUSE_EPOCH -> throw fenced(epoch);
            case ADOPT, KEEP -> remember(headCluster);
        }
    }

    private static Stamp stampOf(String cluster, long epoch) {
        return Stamp.newBuilder().setCluster(cluster).setEpoch(epoch).build();
    }

    /** Returns whether the set is to be followed from now on; then it is on disk. */
    public boolean offer(DesiredSet set) {
        Stamp offered = set.getStamp();
        switch (DesiredDecision.on(cluster, stamp(), offered)) {
            case REFUSE_CLUSTER -> throw foreign(offered.getCluster());
            case REFUSE_EPOCH -> throw fenced(offered.getEpoch());
            case KEEP -> {
                return false;
            }
            case ADOPT -> {
                remember(offered.getCluster());
                keep(set);
            }
        }
        return true;
    }

    private void keep(DesiredSet set) {
        try {
            store.write(set);
        } catch (IOException e) {
            throw OrreryException.of(ErrorCode.UNAVAILABLE, "cannot write the desired set to this node's folder", e);
        }
        current = Optional.of(set);
    }

    private void remember(String named) {
        if (cluster.isEmpty()) {
            try {
                store.writeCluster(named);
            } catch (IOException e) {
                throw OrreryException.of(ErrorCode.UNAVAILABLE, "cannot write the cluster to this node's folder", e);
            }
            cluster = Optional.of(named);
        }
    }

    private OrreryException foreign(String offered) {
        return OrreryException.of(
                ErrorCode.STORE_LOST,
                "this node belongs to cluster " + cluster.orElse("(none)") + ", not to '" + offered + "'");
    }

    private OrreryException fenced(long epoch) {
        return OrreryException.of(
                ErrorCode.FENCED,
                "epoch " + epoch + " is over; this node follows epoch " + stamp().getEpoch(),
                Map.of("epoch", Long.toString(stamp().getEpoch())));
    }
}
