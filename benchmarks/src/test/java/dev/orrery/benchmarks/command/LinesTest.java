package dev.orrery.benchmarks.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LinesTest {
    static List<Command> commands() {
        return List.of(
                new Command.DataPort(),
                new Command.Join("pair-1", 7, 1, List.of("127.0.0.1:1", "127.0.0.1:2")),
                new Command.Leave("pair-1"),
                new Command.Arrange("direct"),
                new Command.Meet("direct", "a b"),
                new Command.Complete("direct"),
                new Command.OpenRing("ring", "/dev/shm/x", 65536, 8192, true),
                new Command.Listen("socket"),
                new Command.Connect("socket", "127.0.0.1:9"),
                new Command.Send(List.of("a", "b"), 1, 4096, 16, 10, 1L << 40),
                new Command.Receive(List.of("a"), List.of(1), 4096, 16, 10, 100),
                new Command.Ping("a", 64, 10, 100, 3000),
                new Command.Pong("a", 64, 10, 100),
                new Command.Collective("all", CollectiveKind.ALL_REDUCE, 4, 4096, 1, 2),
                new Command.Quit());
    }

    @ParameterizedTest
    @MethodSource("commands")
    void aCommandArrivesAsItWasSent(Command command) {
        String line = Lines.of(command);
        assertFalse(line.contains("\n"), line);
        assertEquals(command, Lines.command(line));
    }

    @Test
    void everyCommandIsTried() {
        assertEquals(
                Command.class.getPermittedSubclasses().length,
                commands().stream().map(Object::getClass).distinct().count());
    }

    @Test
    void aReplyArrivesAsItWasSent() {
        Reply reply = new Reply(true, "", 12, List.of(3L, 4L), "1.0", "here");
        assertEquals(Optional.of(reply), Lines.reply(Lines.of(reply)));
    }

    @Test
    void aReplyMayLackWhatItHasNothingToSayAbout() {
        assertEquals(
                Optional.of(Reply.failed("why")),
                Lines.reply("reply {\"ok\": false, \"error\": \"why\", \"more\": 1}"));
    }

    @Test
    void otherOutputIsNoReply() {
        assertEquals(Optional.empty(), Lines.reply("a library greets"));
        assertThrows(IllegalArgumentException.class, () -> Lines.reply("reply {"));
        assertThrows(IllegalArgumentException.class, () -> Lines.command("{\"op\":\"dance\"}"));
    }
}
