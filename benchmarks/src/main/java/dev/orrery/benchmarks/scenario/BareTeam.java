package dev.orrery.benchmarks.scenario;

import dev.orrery.benchmarks.command.Command;
import dev.orrery.benchmarks.process.Launch;
import dev.orrery.benchmarks.process.Team;
import dev.orrery.benchmarks.process.Team.Order;
import dev.orrery.benchmarks.process.TeamFailedException;
import dev.orrery.benchmarks.report.Contender;
import dev.orrery.nccl.shared.RingGeometry;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/** Two processes over a mapped ring, and over a plain blocking socket. */
final class BareTeam implements AutoCloseable {
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");
    private static final String RING = "ring-";
    private static final String SOCKET = "socket-";

    private final Team team = new Team("bare media");
    private final RingGeometry geometry;

    /** @param geometry whose rings are copied */
    BareTeam(RingGeometry geometry) {
        this.geometry = geometry;
    }

    void start(List<Launch> launches) throws InterruptedException {
        team.start(launches);
        try {
            openRing();
            String address = team.ask(0, new Command.Listen(SOCKET + 1)).address();
            team.ask(List.of(new Order(1, new Command.Connect(SOCKET + 1, address))));
        } catch (TeamFailedException e) {
            // The team remembers why; the report tells it.
            return;
        }
    }

    private void openRing() throws TeamFailedException, InterruptedException {
        String file = SHARED_MEMORY.resolve("orrery-bench-" + UUID.randomUUID()).toString();
        for (boolean creates : new boolean[] {true, false}) {
            team.ask(
                    creates ? 0 : 1,
                    new Command.OpenRing(RING + 1, file, geometry.ringBytes(), geometry.chunkBytes(), creates));
        }
    }

    Team team() {
        return team;
    }

    Side ring() {
        return new Side(Contender.BARE_RING, team, RING).renewedBy(this::openRing);
    }

    Side sockets() {
        return new Side(Contender.BARE_SOCKETS, team, SOCKET);
    }

    @Override
    public void close() {
        team.close();
    }
}
