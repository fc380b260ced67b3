package dev.orrery.benchmarks.participant;

import dev.orrery.benchmarks.command.Command;
import dev.orrery.benchmarks.command.Reply;
import dev.orrery.benchmarks.lane.RingLane;
import dev.orrery.benchmarks.lane.SocketLane;
import java.io.IOException;
import java.nio.file.Path;

/** One of two processes that move bytes by the shortest code. */
final class BarePeer implements Participant {
    private final LaneWork lanes = new LaneWork();

    /** Its lanes are opened by commands. */
    @Override
    public void start() {}

    @Override
    public Reply obey(Command command) throws IOException {
        if (command instanceof Command.OpenRing open) {
            lanes.add(
                    open.path(),
                    RingLane.open(Path.of(open.file()), open.ringBytes(), open.chunkBytes(), open.creates()));
            return Reply.done();
        }
        if (command instanceof Command.Listen listen) {
            SocketLane lane = SocketLane.listen();
            lanes.add(listen.path(), lane);
            return Reply.at(lane.address());
        }
        if (command instanceof Command.Connect connect) {
            lanes.add(connect.path(), SocketLane.connect(connect.address()));
            return Reply.done();
        }
        return lanes.obey(command).orElseThrow(() -> new IllegalArgumentException("a bare peer cannot do " + command));
    }

    @Override
    public void close() {
        lanes.close();
    }
}
