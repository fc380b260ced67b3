package dev.orrery.nccl.transfer;

/** Who is at the two ends of a path, for people. */
public record Ends(String self, String peer) {}
