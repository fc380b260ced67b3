package dev.orrery.agent.desired;

import dev.orrery.internal.proto.DesiredSet;
import java.io.IOException;
import java.util.Optional;

/** The newest desired set and the cluster's id, on disk. */
public interface DesiredStore {
    /** The set that was written last; empty when there was none. */
    Optional<DesiredSet> read();

    /** On disk when this returns. */
    void write(DesiredSet set) throws IOException;

    /** The cluster that this node belongs to. */
    Optional<String> cluster();

    /** On disk when this returns. */
    void writeCluster(String cluster) throws IOException;
}
