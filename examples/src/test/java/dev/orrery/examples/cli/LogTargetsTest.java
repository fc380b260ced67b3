package dev.orrery.examples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.output.WorkerLog;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.ClusterView;
import dev.orrery.internal.proto.NodeView;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import picocli.CommandLine;

/** Whose logs 'orrery logs' shows. */
class LogTargetsTest {
    private static final String JOB = "0f1e2d3c-1111-2222-3333-444455556666";

    private static ActorView.Builder actor(String id, long incarnation, String label, String state) {
        return ActorView.newBuilder()
                .setLife(ActorLife.newBuilder().setActor(id).setIncarnation(incarnation))
                .setLabel(label)
                .setState(state);
    }

    private static final ClusterView VIEW = ClusterView.newBuilder()
            .addNodes(NodeView.newBuilder().setName("node-1"))
            .addNodes(NodeView.newBuilder().setName("node-2"))
            .addActors(actor("1-9", 1, "shared", "DEAD").setName("shared").setLastNode("node-1"))
            .addActors(actor("1-a", 3, "shared", "ALIVE")
                    .setName("shared")
                    .setNode("node-2")
                    .setLastNode("node-1")
                    .setPid(7))
            .addActors(actor("1-1f", 1, "old", "DEAD").setName("old").setLastNode("node-1"))
            .addActors(actor("2-1", 2, "old", "DEAD").setName("old").setLastNode("node-2"))
            .addActors(actor("2-2", 0, "Counter", "PENDING").setReason("needs 64 gpus"))
            .addActors(actor("2-3", 1, "Twin", "ALIVE").setNode("node-1"))
            .addActors(actor("2-4", 1, "Twin", "STARTING").setNode("node-1"))
            .addActors(actor("2-5", 1, "tasks", "ALIVE")
                    .setNode("node-2")
                    .setJob(JOB)
                    .setRunsTasks(true))
            .addActors(actor("2-6", 1, "tasks", "DEAD")
                    .setLastNode("node-1")
                    .setJob(JOB)
                    .setRunsTasks(true))
            .addActors(actor("2-7", 1, "mine", "ALIVE").setNode("node-2").setJob(JOB))
            .addActors(actor("2-8", 1, "counter", "ALIVE").setName("counter").setNamespace("team-a"))
            .addActors(actor("2-9", 1, "counter", "ALIVE").setName("counter").setNamespace("team-b"))
            .build();

    private static String found(String named) {
        ActorView actor = LogTargets.actor(VIEW, named);
        return actor.getLife().getActor() + "#" + actor.getLife().getIncarnation();
    }

    private static OrreryException refused(ErrorCode code, Executable what) {
        OrreryException refused = assertThrows(OrreryException.class, what);
        assertEquals(code, refused.code(), refused::getMessage);
        return refused;
    }

    private static List<String> places(List<WorkerLog> logs) {
        return logs.stream()
                .map(log -> log.life().getActor() + "#" + log.life().getIncarnation() + " at " + log.node())
                .toList();
    }

    @Test
    void anActorIsFoundByIdNameOrLabelAndTheLivingOneFirst() {
        assertEquals("1-9#1", found("1-9"));
        assertEquals("1-a#3", found("shared"));
        assertEquals("2-1#2", found("old"), "of the dead the newest");
        refused(ErrorCode.NOT_FOUND, () -> LogTargets.actor(VIEW, "nobody"));
        OrreryException several = refused(ErrorCode.INVALID_ARGUMENT, () -> LogTargets.actor(VIEW, "Twin"));
        assertTrue(several.getMessage().contains("2-3, 2-4"), several::getMessage);
        OrreryException both = refused(ErrorCode.INVALID_ARGUMENT, () -> LogTargets.actor(VIEW, "counter"));
        assertTrue(both.getMessage().contains("by its id, or by namespace/name: 2-8, 2-9"), both::getMessage);
        assertEquals("2-9#1", found("team-b/counter"));
    }

    @Test
    void theLogOfALifeIsLookedForWhereItRanFirst() {
        ActorView shared = LogTargets.actor(VIEW, "shared");
        assertEquals(List.of("1-a#3 at node-2", "1-a#3 at node-1"), places(LogTargets.logsOf(VIEW, shared, 0)));
        assertEquals(7, LogTargets.logsOf(VIEW, shared, 3).get(0).pid());
        assertEquals(List.of("1-a#2 at node-1", "1-a#2 at node-2"), places(LogTargets.logsOf(VIEW, shared, 2)));
        assertEquals(0, LogTargets.logsOf(VIEW, shared, 2).get(0).pid(), "of another process");
        assertEquals(
                "2-1#2 at node-2",
                places(LogTargets.logsOf(VIEW, LogTargets.actor(VIEW, "old"), 0))
                        .get(0));
        refused(ErrorCode.NOT_FOUND, () -> LogTargets.logsOf(VIEW, shared, 4));
        ActorView waiting = LogTargets.actor(VIEW, "Counter");
        OrreryException pending = refused(ErrorCode.NOT_FOUND, () -> LogTargets.logsOf(VIEW, waiting, 0));
        assertTrue(pending.getMessage().contains("needs 64 gpus"), pending::getMessage);
    }

    @Test
    void ofANodeAreThoseThatRunThere() {
        assertEquals(List.of("2-3#1 at node-1", "2-4#1 at node-1"), places(LogTargets.onNode(VIEW, "node-1")));
        OrreryException unknown = refused(ErrorCode.NOT_FOUND, () -> LogTargets.onNode(VIEW, "node-3"));
        assertTrue(unknown.getMessage().contains("node-1, node-2"), unknown::getMessage);
    }

    @Test
    void ofATaskAreTheWorkersOfItsJobsTasks() {
        assertEquals(List.of("2-5#1 at node-2", "2-6#1 at node-1"), places(LogTargets.ofTask(VIEW, JOB + "-17")));
        refused(ErrorCode.INVALID_ARGUMENT, () -> LogTargets.ofTask(VIEW, JOB + "-x"));
        refused(ErrorCode.INVALID_ARGUMENT, () -> LogTargets.ofTask(VIEW, "17"));
        refused(ErrorCode.NOT_FOUND, () -> LogTargets.ofTask(VIEW, "another-17"));
    }

    private static String usageError(String... arguments) {
        CommandLine line = OrreryMain.commandLine();
        StringWriter errors = new StringWriter();
        line.setErr(new PrintWriter(errors));
        assertEquals(CommandLine.ExitCode.USAGE, line.execute(arguments), errors::toString);
        return errors.toString();
    }

    @Test
    void whatIsCalledWronglyIsTold() {
        String which = "name an ACTOR, or --task ID, or --node NODE";
        assertTrue(usageError("logs").contains(which));
        assertTrue(usageError("logs", "counter", "--node", "node-1").contains(which));
        assertTrue(usageError("logs", "--task", "a-1", "--node", "node-1").contains(which));
        assertTrue(usageError("logs", "counter", "--lines", "-1").contains("--lines must be 0 to"));
        assertTrue(
                usageError("logs", "--node", "node-1", "--incarnation", "2").contains("--incarnation is of an ACTOR"));
        assertTrue(usageError("logs", "one", "two").contains("two"));
    }
}
