package dev.orrery.nccl.gpu;

import dev.orrery.nccl.device.CudaCalls;
import dev.orrery.nccl.device.CudaCalls.CopyKind;
import dev.orrery.nccl.device.GroupCalls;
import dev.orrery.nccl.device.NativeGroup;
import dev.orrery.nccl.device.NativeStream;
import dev.orrery.nccl.device.NcclCalls;
import dev.orrery.nccl.device.NcclCalls.Reduction;

/**
 * The calls of one member of one group. After each it waits until NCCL has put it into the stream, because nothing else may
 * be called before. Used by one thread at a time.
 */
final class BoundCalls implements GroupCalls {
    private final NcclCalls nccl;
    private final CudaCalls cuda;
    private final NativeGroup group;
    private final NativeStream stream;
    private final Runnable settle;
    private boolean together;

    /** @param settle waits until nothing is in progress */
    BoundCalls(NcclCalls nccl, CudaCalls cuda, NativeGroup group, NativeStream stream, Runnable settle) {
        this.nccl = nccl;
        this.cuda = cuda;
        this.group = group;
        this.stream = stream;
        this.settle = settle;
    }

    private void settleUnlessTogether() {
        if (!together) {
            settle.run();
        }
    }

    @Override
    public void together(Runnable calls) {
        nccl.groupStart();
        together = true;
        try {
            calls.run();
        } finally {
            together = false;
            nccl.groupEnd();
        }
        settle.run();
    }

    @Override
    public void send(int peer, long address, long bytes) {
        nccl.send(group, peer, address, bytes, stream);
        settleUnlessTogether();
    }

    @Override
    public void receive(int peer, long address, long bytes) {
        nccl.receive(group, peer, address, bytes, stream);
        settleUnlessTogether();
    }

    @Override
    public void broadcast(int root, long address, long bytes) {
        nccl.broadcast(group, root, address, bytes, stream);
        settle.run();
    }

    @Override
    public void allGather(long from, long to, long bytesEach) {
        nccl.allGather(group, from, to, bytesEach, stream);
        settle.run();
    }

    @Override
    public void reduce(int root, Reduction reduction) {
        nccl.reduce(group, root, reduction, stream);
        settle.run();
    }

    @Override
    public void allReduce(Reduction reduction) {
        nccl.allReduce(group, reduction, stream);
        settle.run();
    }

    @Override
    public void reduceScatter(Reduction reduction) {
        nccl.reduceScatter(group, reduction, stream);
        settle.run();
    }

    @Override
    public void copy(long from, long to, long bytes, CopyKind kind) {
        cuda.copy(from, to, bytes, kind, stream);
    }
}
