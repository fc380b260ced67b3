package dev.orrery.benchmarks.command;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/**
 * What a participant is told. A path is a way to one other participant, or a world, by a name of the harness. Counts are of
 * messages on each path; those of the warm-up come first and are not measured.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "op")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Command.DataPort.class, name = "dataPort"),
    @JsonSubTypes.Type(value = Command.Join.class, name = "join"),
    @JsonSubTypes.Type(value = Command.Leave.class, name = "leave"),
    @JsonSubTypes.Type(value = Command.Arrange.class, name = "arrange"),
    @JsonSubTypes.Type(value = Command.Meet.class, name = "meet"),
    @JsonSubTypes.Type(value = Command.Complete.class, name = "complete"),
    @JsonSubTypes.Type(value = Command.OpenRing.class, name = "openRing"),
    @JsonSubTypes.Type(value = Command.Listen.class, name = "listen"),
    @JsonSubTypes.Type(value = Command.Connect.class, name = "connect"),
    @JsonSubTypes.Type(value = Command.Send.class, name = "send"),
    @JsonSubTypes.Type(value = Command.Receive.class, name = "receive"),
    @JsonSubTypes.Type(value = Command.Ping.class, name = "ping"),
    @JsonSubTypes.Type(value = Command.Pong.class, name = "pong"),
    @JsonSubTypes.Type(value = Command.Collective.class, name = "collective"),
    @JsonSubTypes.Type(value = Command.Quit.class, name = "quit")
})
public sealed interface Command {
    /** Replies with the address of the data port. */
    record DataPort() implements Command {}

    /** @param addresses of the members' data ports, by rank */
    record Join(String path, long world, int rank, List<String> addresses) implements Command {
        public Join {
            addresses = List.copyOf(addresses);
        }
    }

    record Leave(String path) implements Command {}

    /** Makes the shared memory of a world without one, and replies with its address. */
    record Arrange(String path) implements Command {}

    /** Opens what the other side arranged. */
    record Meet(String path, String address) implements Command {}

    /** After the other side opened what was arranged here. */
    record Complete(String path) implements Command {}

    /** @param creates whether this side makes the file */
    record OpenRing(String path, String file, int ringBytes, int chunkBytes, boolean creates) implements Command {}

    /** Replies with the address at once; the path is there when the other side has connected. */
    record Listen(String path) implements Command {}

    record Connect(String path, String address) implements Command {}

    /** @param sender who this side is in the messages */
    record Send(List<String> paths, int sender, long bytes, int outstanding, long warmup, long count)
            implements Command {
        public Send {
            paths = List.copyOf(paths);
        }
    }

    /** @param senders who sends on each path */
    record Receive(List<String> paths, List<Integer> senders, long bytes, int outstanding, long warmup, long count)
            implements Command {
        public Receive {
            paths = List.copyOf(paths);
            senders = List.copyOf(senders);
        }
    }

    record Ping(String path, long bytes, long warmup, long count, long pauseMicros) implements Command {}

    record Pong(String path, long bytes, long warmup, long count) implements Command {}

    /** @param ranks how many take part */
    record Collective(String path, CollectiveKind kind, int ranks, long bytes, long warmup, long count)
            implements Command {}

    record Quit() implements Command {}
}
