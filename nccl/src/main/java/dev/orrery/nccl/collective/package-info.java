/** The operations in which all members of a world take part, out of messages between two. */
package dev.orrery.nccl.collective;
