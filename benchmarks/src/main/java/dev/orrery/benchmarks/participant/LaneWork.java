package dev.orrery.benchmarks.participant;

import dev.orrery.benchmarks.command.Command;
import dev.orrery.benchmarks.command.Reply;
import dev.orrery.benchmarks.lane.Lane;
import dev.orrery.benchmarks.payload.MessageStore;
import dev.orrery.benchmarks.payload.Messages;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A participant's lanes and what is done with them, whatever medium they are. */
final class LaneWork implements AutoCloseable {
    private static final int PINGER = 0;
    private static final int PONGER = 1;

    private final Map<String, Lane> lanes = new HashMap<>();
    private final MessageStore store = new MessageStore();

    /** Instead of the one that was there. */
    void add(String path, Lane lane) {
        Optional.ofNullable(lanes.put(path, lane)).ifPresent(Lane::close);
    }

    void remove(String path) {
        Optional.ofNullable(lanes.remove(path)).ifPresent(Lane::close);
    }

    /** Empty when it is no command about lanes. */
    Optional<Reply> obey(Command command) {
        if (command instanceof Command.Send send) {
            return Optional.of(Reply.took(send(send)));
        }
        if (command instanceof Command.Receive receive) {
            return Optional.of(Reply.took(receive(receive)));
        }
        if (command instanceof Command.Ping ping) {
            return Optional.of(Reply.roundTrips(RoundTripLoop.ping(
                    ping,
                    lane(ping.path()),
                    store.toSend(0, PINGER, ping.bytes(), 1),
                    store.toReceive(0, PONGER, ping.bytes(), 1))));
        }
        if (command instanceof Command.Pong pong) {
            RoundTripLoop.pong(
                    pong,
                    lane(pong.path()),
                    store.toReceive(0, PINGER, pong.bytes(), 1),
                    store.toSend(0, PONGER, pong.bytes(), 1));
            return Optional.of(Reply.done());
        }
        return Optional.empty();
    }

    private long send(Command.Send command) {
        List<OneWayLoop.Stream> streams = new ArrayList<>();
        for (int i = 0; i < command.paths().size(); i++) {
            Messages messages = store.toSend(i, command.sender(), command.bytes(), command.outstanding());
            streams.add(new OneWayLoop.Stream(lane(command.paths().get(i)), messages));
        }
        return OneWayLoop.send(streams, command.outstanding(), command.warmup() + command.count());
    }

    private long receive(Command.Receive command) {
        List<OneWayLoop.Stream> streams = new ArrayList<>();
        for (int i = 0; i < command.paths().size(); i++) {
            Messages messages = store.toReceive(i, command.senders().get(i), command.bytes(), command.outstanding());
            streams.add(new OneWayLoop.Stream(lane(command.paths().get(i)), messages));
        }
        return OneWayLoop.receive(streams, command.outstanding(), command.warmup(), command.warmup() + command.count());
    }

    private Lane lane(String path) {
        return Optional.ofNullable(lanes.get(path))
                .orElseThrow(
                        () -> new IllegalArgumentException("there is no path " + path + ", only " + lanes.keySet()));
    }

    @Override
    public void close() {
        lanes.values().forEach(Lane::close);
        store.close();
    }
}
