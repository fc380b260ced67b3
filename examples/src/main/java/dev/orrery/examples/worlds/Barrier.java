package dev.orrery.examples.worlds;

/** A member that waits for the others. */
public final class Barrier extends Member {
    static final WorldExample<Barrier> EXAMPLE = new WorldExample<>(
            "barrier", "nobody goes on before all are there", Barrier::new, Barrier::await, (rank, given) ->
                    new float[] {given[rank]});

    public Barrier() {}

    public float[] await(String name, float number) {
        world(name).communicator().barrier().join();
        return new float[] {number};
    }
}
