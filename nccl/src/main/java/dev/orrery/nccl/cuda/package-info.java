/** CUDA and NCCL through JavaCPP. No other package sees its types. */
package dev.orrery.nccl.cuda;
