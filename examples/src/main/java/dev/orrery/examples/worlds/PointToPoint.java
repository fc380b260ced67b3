package dev.orrery.examples.worlds;

import dev.orrery.tensor.Tensor;
import dev.orrery.world.Communicator;
import dev.orrery.world.JoinedWorld;

/** A member that sends to and receives from single peers. */
public final class PointToPoint extends Member {
    static final WorldExample<PointToPoint> EXAMPLE = new WorldExample<>(
            "point-to-point",
            "rank 0 sends its number to each other member and receives theirs",
            PointToPoint::new,
            PointToPoint::exchange,
            (rank, given) -> rank == 0 ? given : new float[] {given[0]});

    public PointToPoint() {}

    public float[] exchange(String name, float number) {
        JoinedWorld world = world(name);
        Communicator communicator = world.communicator();
        try (Tensor own = tensor(number)) {
            if (world.rank() > 0) {
                communicator.send(0, own).join();
                return take(communicator.receive(0).join());
            }
            float[] received = new float[world.size()];
            received[0] = number;
            for (int peer = 1; peer < world.size(); peer++) {
                communicator.send(peer, own).join();
                received[peer] = take(communicator.receive(peer).join())[0];
            }
            return received;
        }
    }
}
