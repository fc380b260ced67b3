/** The life of the worlds of one process. */
package dev.orrery.nccl.world;
