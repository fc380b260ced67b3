package dev.orrery.head.placement;

import dev.orrery.internal.proto.NodeGpus;
import java.util.List;

/**
 * A member of a world that may become one of NCCL.
 *
 * @param label for people: "embed/encode-2"
 * @param gpus that it holds, by UUID
 * @param found what its node's agent found
 */
public record GpuMember(int rank, String label, String node, List<String> gpus, NodeGpus found) {
    public GpuMember {
        gpus = List.copyOf(gpus);
    }

    String name() {
        return "rank " + rank + (label.isEmpty() ? "" : " (" + label + ")");
    }
}
