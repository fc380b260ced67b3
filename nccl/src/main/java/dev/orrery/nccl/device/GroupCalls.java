package dev.orrery.nccl.device;

import dev.orrery.nccl.device.CudaCalls.CopyKind;
import dev.orrery.nccl.device.NcclCalls.Reduction;

/**
 * What one member can put into its world's stream: the operations of NCCL, and copies. They happen in that order, and return
 * when they are in the stream. Throws {@link NativeCallException}.
 */
public interface GroupCalls {
    void send(int peer, long address, long bytes);

    void receive(int peer, long address, long bytes);

    /** Sends and receives that happen at once. */
    void together(Runnable calls);

    void broadcast(int root, long address, long bytes);

    void allGather(long from, long to, long bytesEach);

    void reduce(int root, Reduction reduction);

    void allReduce(Reduction reduction);

    void reduceScatter(Reduction reduction);

    void copy(long from, long to, long bytes, CopyKind kind);
}
