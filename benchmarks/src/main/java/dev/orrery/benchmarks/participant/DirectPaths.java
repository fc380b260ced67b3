package dev.orrery.benchmarks.participant;

import dev.orrery.benchmarks.command.Command;
import dev.orrery.benchmarks.command.Reply;
import dev.orrery.benchmarks.lane.DirectLane;
import dev.orrery.internal.time.NanoClock;
import dev.orrery.nccl.HostOptions;
import dev.orrery.nccl.WorldOptions;
import dev.orrery.nccl.shared.Invitation;
import dev.orrery.nccl.shared.Meeting;
import dev.orrery.nccl.shared.PathParts;
import dev.orrery.nccl.shared.RingThread;
import dev.orrery.nccl.shared.SharedPath;
import dev.orrery.nccl.shared.Token;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The shared memory of worlds, used without a world. */
final class DirectPaths implements AutoCloseable {
    private static final Duration TICK_INTERVAL = Duration.ofMillis(100);
    private static final long RELEASE_SECONDS = 5;
    private static final String SELF = "this side";
    private static final String PEER = "the other side";

    private final HostOptions options = HostOptions.defaults();
    private final RingThread thread =
            new RingThread(options.spin(), Runtime.getRuntime().availableProcessors(), NanoClock.SYSTEM);
    private final Map<String, Meeting> meetings = new HashMap<>();
    private final List<DirectLane> lanes = new ArrayList<>();
    private boolean started;

    /** Makes the rings, and replies where they are. */
    Reply arrange(Command.Arrange command) {
        Meeting meeting = Meeting.arrange(options.folder(), options.rings());
        meetings.put(command.path(), meeting);
        Invitation made = meeting.invitation();
        return Reply.at(made.ring() + " " + made.bell() + " "
                + HexFormat.of().formatHex(made.token().bytes()));
    }

    /** Opens what the other side arranged. */
    DirectLane meet(Command.Meet command) {
        String[] names = command.address().split(" ", -1);
        Token token = Token.of(HexFormat.of().parseHex(names[2]));
        return lane(
                Meeting.join(new Invitation(Path.of(names[0]), Path.of(names[1]), options.rings(), token), SELF, PEER));
    }

    /** After the other side opened what was arranged here. */
    DirectLane complete(Command.Complete command) {
        try (Meeting meeting = meetings.remove(command.path())) {
            return lane(meeting.complete(SELF, PEER));
        }
    }

    private DirectLane lane(PathParts parts) {
        if (!started) {
            started = true;
            thread.start();
        }
        WorldOptions worlds = WorldOptions.builder().build();
        DirectLane lane = new DirectLane(thread::spinNanos);
        SharedPath path = new SharedPath(
                parts,
                new SharedPath.Rules(worlds.maxTensorBytes(), worlds.operationTimeout(), TICK_INTERVAL),
                thread,
                lane,
                NanoClock.SYSTEM);
        lane.attach(path);
        path.start();
        lanes.add(lane);
        return lane;
    }

    private static void end(DirectLane lane) {
        lane.close();
        try {
            lane.released().get(RELEASE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("a direct path was not released within " + RELEASE_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        meetings.values().forEach(Meeting::close);
        lanes.forEach(DirectPaths::end);
        thread.close();
    }
}
