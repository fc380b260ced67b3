/** GPUs of this process: memory, copies, streams, and CUDA and NCCL as the rest of this module sees them. */
package dev.orrery.nccl.device;
