package dev.orrery;

import dev.orrery.tensor.Device;
import java.util.List;

/** Where a stage's instance runs. */
public interface StageContext {
    String pipeline();

    String stage();

    /** For example {@code encode-2}. */
    String replica();

    /** How many times this replica was started, from 1; usable as a fencing token. */
    long incarnation();

    String node();

    /** The GPUs that are this replica's alone or that it shares, as many as it asked for; none where CUDA or NCCL is off. */
    default List<Device> devices() {
        return List.of();
    }
}
