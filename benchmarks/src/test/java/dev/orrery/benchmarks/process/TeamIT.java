package dev.orrery.benchmarks.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.benchmarks.command.Command;
import dev.orrery.benchmarks.command.Reply;
import dev.orrery.benchmarks.process.Team.Order;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TeamIT {
    private static final String HELLO = "echo 'reply {\"ok\":true,\"version\":\"one\"}'; ";
    private static final Command COMMAND = new Command.DataPort();

    @TempDir
    private Path folder;

    private Launch shell(String name, String script) {
        return new Launch(name, List.of("sh", "-c", script), folder.resolve(name + ".log"));
    }

    @Test
    void repliesComeBackInTheOrderOfTheOrders() throws Exception {
        try (Team team = new Team("shells")) {
            team.start(List.of(
                    shell("a", HELLO + "read x; echo noise; echo 'reply {\"ok\":true,\"nanos\":1}'; read x"),
                    shell("b", HELLO + "read x; echo 'reply {\"ok\":true,\"nanos\":2}'; read x")));
            assertEquals("one", team.version());
            List<Reply> replies = team.ask(List.of(new Order(1, COMMAND), new Order(0, COMMAND)));
            assertEquals(List.of(2L, 1L), replies.stream().map(Reply::nanos).toList());
        }
    }

    @Test
    void aParticipantThatEndsIsToldOfAtOnceAlthoughAnotherOneHangs() throws Exception {
        try (Team team = new Team("shells")) {
            team.start(List.of(shell("a", HELLO + "exec sleep 1000"), shell("b", HELLO + "read x; echo oops; exit 7")));
            TeamFailedException failure = assertThrows(
                    TeamFailedException.class, () -> team.ask(List.of(new Order(0, COMMAND), new Order(1, COMMAND))));
            assertTrue(failure.getMessage().contains("b: it ended with 7"), failure.getMessage());
            assertTrue(failure.getMessage().contains("oops"), failure.getMessage());
            assertTrue(team.failure().isPresent());
            assertThrows(TeamFailedException.class, () -> team.ask(0, COMMAND));
        }
    }

    @Test
    void aTeamThatCannotBeStartedHasFailed() throws Exception {
        try (Team team = new Team("nothing")) {
            team.start(List.of(new Launch("a", List.of("/no/such/program"), folder.resolve("a.log"))));
            assertTrue(team.failure().orElseThrow().contains("/no/such/program"), team::toString);
        }
    }
}
