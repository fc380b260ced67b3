package dev.orrery.nccl.device;

/** A stream of CUDA's: what is put into it happens in that order. */
public interface NativeStream {}
