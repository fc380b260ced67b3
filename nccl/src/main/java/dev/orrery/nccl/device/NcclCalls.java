package dev.orrery.nccl.device;

import dev.orrery.internal.gpu.NcclVersion;
import dev.orrery.tensor.DataType;
import dev.orrery.world.ReduceOperation;
import java.util.Optional;

/**
 * NCCL, always non-blocking: after {@link #begin}, {@link #finish}, an operation or {@link #groupEnd} the group may be in
 * progress, and until {@link #isSettled} nothing else may be called on it but {@link #abort}. Follows
 * the NCCL user guide, "Creating a communication with options" and "Fault tolerance". All throw {@link
 * NativeCallException}. One thread at a time for each group, except for {@link #isSettled} and {@link #abort}; the group's device is selected.
 */
public interface NcclCalls {
    NcclVersion version();

    /** For one group, once. Opens a port at which its members find each other. */
    byte[] newUniqueId();

    /** Begins to find the other members; there is no limit to how long that may take. */
    NativeGroup begin(byte[] uniqueId, int rank, int size);

    /** Whether nothing is in progress. Throws what went wrong in the group since. */
    boolean isSettled(NativeGroup group);

    /** What is called between this and {@link #groupEnd} by one thread happens at once. */
    void groupStart();

    void groupEnd();

    void send(NativeGroup group, int peer, long address, long bytes, NativeStream stream);

    void receive(NativeGroup group, int peer, long address, long bytes, NativeStream stream);

    void broadcast(NativeGroup group, int root, long address, long bytes, NativeStream stream);

    void allGather(NativeGroup group, long from, long to, long bytesEach, NativeStream stream);

    /** Whether NCCL combines elements of that type so. */
    Optional<Combination> combination(DataType type, ReduceOperation operation);

    void reduce(NativeGroup group, int root, Reduction reduction, NativeStream stream);

    void allReduce(NativeGroup group, Reduction reduction, NativeStream stream);

    /** @param reduction with as many elements as each member gets */
    void reduceScatter(NativeGroup group, Reduction reduction, NativeStream stream);

    /**
     * How elements are combined.
     *
     * @param type code of an ncclDataType_t
     * @param operation code of an ncclRedOp_t
     */
    record Combination(int type, int operation, int elementBytes) {}

    /** @param to not used where a member gets nothing */
    record Reduction(long from, long to, long elements, Combination combination) {}

    /** Begins the orderly end; when it is settled, {@link #destroy} does not wait for anybody. */
    void finish(NativeGroup group);

    void destroy(NativeGroup group);

    /** Ends what is under way, and frees. Blocks; may wait for other groups of the device, and for ever. */
    void abort(NativeGroup group);
}
