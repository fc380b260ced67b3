package dev.orrery.nccl.device;

/** A communicator of NCCL's: this process's part in one group of ranks. */
public interface NativeGroup {}
