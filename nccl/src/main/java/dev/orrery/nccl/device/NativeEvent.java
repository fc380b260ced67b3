package dev.orrery.nccl.device;

/** An event of CUDA's: reached when all has happened that was put into a stream before it was recorded there. */
public interface NativeEvent {}
