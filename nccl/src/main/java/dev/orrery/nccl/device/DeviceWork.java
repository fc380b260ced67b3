package dev.orrery.nccl.device;

import dev.orrery.error.OrreryException;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Device;
import dev.orrery.world.ReduceOperation;
import java.util.Optional;

/**
 * What one member's device does in one world. A step is put into the world's stream when all that take part in it are ready,
 * and all members put theirs in in one order: otherwise two devices could wait for each other, each in another operation.
 * Any thread may call; nothing blocks.
 */
public interface DeviceWork {
    /** Told once, when the device has done it and uses no memory of it any more; present: why it did not. */
    @FunctionalInterface
    interface Ended {
        void onEnded(Optional<OrreryException> failure);
    }

    Device device();

    /** Whether and how elements are combined. */
    Optional<NcclCalls.Combination> combination(DataType type, ReduceOperation operation);

    /**
     * This member offers a peer something, which the peer will {@link #accept}.
     *
     * @param number of the offers to that peer, each used once
     */
    void offer(int peer, long number, DeviceStep step, Ended ended);

    /** The offer did not reach the peer. */
    void withdraw(int peer, long number, OrreryException why);

    /** This member is ready for what the peer offered. */
    void accept(int peer, long number, DeviceStep step, Ended ended);

    /** Every member has called that collective operation. */
    void collective(long sequence, DeviceStep step, Ended ended);

    /** Nobody else takes part. */
    void alone(DeviceStep step, Ended ended);
}
