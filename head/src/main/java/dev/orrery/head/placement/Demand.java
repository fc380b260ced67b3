package dev.orrery.head.placement;

/**
 * What an actor needs of a node.
 *
 * @param who for people: "stage encode replica encode-2"
 */
public record Demand(String who, long milliCpus, int gpus) {}
