/** What moves between two members of a world, whatever carries it. */
package dev.orrery.nccl.transfer;
