/** Messages between two members on one host: two byte rings in memory that both map, and a doorbell. */
package dev.orrery.nccl.shared;
