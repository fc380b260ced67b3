package dev.orrery.examples.model;

/**
 * How much of everything there is.
 *
 * @param crashes killed heads, agents and workers, and expired sessions, together
 * @param losses of ZooKeeper's answers, and of connections between agents and heads, together
 * @param silences how often 16 s pass for a head without anybody being heard; after two of them a node is dead
 * @param inFlight messages of one direction between a head and a node; a further one takes the place of the oldest
 * @param settled whether it begins where a first head leads, all nodes are registered and all actors run; otherwise where all
 *     heads and agents have just started
 * @param patient whether nodes are suspected late, where moments pass in which nobody is said to have been silent
 */
public record Bounds(
        int heads,
        int nodes,
        int actors,
        int crashes,
        int losses,
        int silences,
        int inFlight,
        boolean settled,
        boolean patient) {
    /** Two heads and two nodes where everything runs. */
    public static Bounds settled(int actors, int crashes, int losses, int silences) {
        return new Bounds(2, 2, actors, crashes, losses, silences, 2, true, false);
    }

    /** Two heads and one node that have just started. */
    public static Bounds starting(int actors, int crashes, int losses) {
        return new Bounds(2, 1, actors, crashes, losses, 0, 2, false, false);
    }

    @Override
    public String toString() {
        return "%d heads, %d nodes, %d actors, %s, at most %d crashes, %d losses and %d silences"
                .formatted(heads, nodes, actors, settled ? "all running" : "starting", crashes, losses, silences);
    }
}
