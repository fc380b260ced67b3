/** Worlds: process groups that move tensors between workers. */
package dev.orrery.nccl;
