package dev.orrery.benchmarks.gpu;

import dev.orrery.nccl.cuda.GpuLibraries;

/**
 * How the check was called.
 *
 * @param emulated whether CUDA and NCCL are to be the emulated ones
 * @param quick whether only a small part is to be run
 */
record GpuSetting(GpuLibraries libraries, boolean emulated, boolean quick) {}
