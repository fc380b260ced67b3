/** {@code bin/orrery gpu-check}: worlds of NCCL on the GPUs of a host, tested and measured. */
package dev.orrery.benchmarks.gpu;
