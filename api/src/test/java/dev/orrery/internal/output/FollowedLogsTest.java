package dev.orrery.internal.output;

import static dev.orrery.internal.output.TestingNodeLogs.life;
import static dev.orrery.internal.output.TestingNodeLogs.worker;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.orrery.internal.output.FollowedLogs.Gap;
import dev.orrery.internal.output.FollowedLogs.Line;
import dev.orrery.internal.output.FollowedLogs.Output;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.JobWorker;
import dev.orrery.internal.proto.ReadLogsRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FollowedLogsTest {
    private static final ActorLife A1 = life("a", 1);
    private static final ActorLife A2 = life("a", 2);
    private static final ActorLife B1 = life("b", 1);

    private final TestingNodeLogs node = new TestingNodeLogs();
    private final FollowedLogs logs = new FollowedLogs(100_000);

    private List<String> look() {
        List<String> seen = new ArrayList<>();
        for (ReadLogsRequest request : logs.requests()) {
            for (Output output : logs.take(request, node.read(request))) {
                String what = output instanceof Line line ? line.text() : "gap of " + ((Gap) output).bytes();
                seen.add(output.log().life().getActor() + ": " + what);
            }
        }
        return seen;
    }

    private static List<JobWorker> running(ActorLife... lives) {
        return List.of(lives).stream()
                .map(life -> worker(life, "Counter", false))
                .toList();
    }

    @Test
    void eachIsReadFromItsBeginningAndThenFromWhereItWas() {
        logs.keepTo(running(A1, B1));
        assertEquals(List.of(), look(), "nothing was printed yet");
        node.print(A1, "one\ntw");
        node.print(B1, "other\n");
        assertEquals(List.of("a: one", "b: other"), look());
        assertEquals(List.of(), look());
        node.print(A1, "o\n");
        logs.keepTo(running(A1, B1));
        assertEquals(List.of("a: two"), look());
        node.print(A1, "begun");
        assertEquals(List.of(), look());
        assertEquals("(Counter pid=1234, node-2) ", logs.rest().get(0).log().prefix());
    }

    @Test
    void oneThatHasEndedIsReadToItsEndAndNeverAgain() {
        node.mostOfAPiece = 4;
        node.print(A1, "one\ntwo\nrest");
        logs.keepTo(List.of(worker(A1, "Counter", true)));
        List<String> all = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            assertFalse(logs.isEmpty());
            all.addAll(look());
        }
        assertEquals(List.of("a: one", "a: two", "a: rest"), all);
        assertTrue(logs.isEmpty());
        logs.keepTo(List.of(worker(A1, "Counter", true)));
        assertTrue(logs.isEmpty(), "the leader tells of it for a while");
    }

    @Test
    void theLifeBeforeIsReadToItsEndBesideTheNext() {
        logs.keepTo(running(A1));
        node.print(A1, "last words\n");
        node.print(A2, "first words\n");
        logs.keepTo(running(A2));
        assertEquals(List.of("a: last words", "a: first words"), look());
        assertEquals(List.of(A2), logs.lives());
    }

    @Test
    void aLogThatWasCutGoesOnAtItsStart() {
        logs.keepTo(running(A1));
        node.print(A1, "one\nhalf a li");
        assertEquals(List.of("a: one"), look());
        node.cut(A1);
        node.print(A1, "two\n");
        assertEquals(List.of("a: gap of 0"), look());
        assertTrue(logs.isBehind());
        assertEquals(List.of("a: two"), look());
        assertFalse(logs.isBehind());
        logs.end(A1);
        node.cut(A1);
        node.print(A1, "three\n");
        assertEquals(List.of("a: gap of 0"), look());
        assertEquals(List.of("a: three"), look());
        assertTrue(logs.isEmpty());
    }

    @Test
    void onlyWhatIsKnownToHaveMoreIsBehind() {
        logs.keepTo(running(A1));
        node.print(A1, "one\n");
        assertEquals(List.of("a: one"), look());
        node.cut(A1);
        assertEquals(List.of("a: gap of 0"), look());
        assertEquals(List.of(), look(), "nothing was printed since");
        assertFalse(logs.isBehind());
        node.mostOfAPiece = 2;
        node.print(A1, "many\n");
        look();
        assertTrue(logs.isBehind());
        logs.requests().forEach(logs::failed);
        assertFalse(logs.isBehind(), "it cannot be read now");
    }

    @Test
    void aLogThatIsGoneIsNotAskedForAnyMoreOnceItsWorkerIs() {
        logs.keepTo(running(A1));
        node.print(A1, "one\n");
        look();
        node.remove(A1);
        assertEquals(List.of(), look());
        assertFalse(logs.isBehind());
        logs.keepTo(List.of());
        look();
        assertTrue(logs.isEmpty());
    }

    @Test
    void whatGrowsFasterThanItIsReadIsSkippedUpToAWholeLine() {
        logs.keepTo(running(A1));
        node.mostOfAPiece = 10;
        node.print(A1, "123456789\n".repeat(30_000));
        assertEquals(List.of("a: 123456789", "a: gap of " + (300_000 - 64 * 1024 - 10)), look());
        node.mostOfAPiece = 64 * 1024;
        List<String> rest = look();
        assertEquals("a: 123456789", rest.get(0));
        assertEquals(64 * 1024 / 10, rest.size());
        assertFalse(logs.isBehind());
    }

    @Test
    void thoseThatDidNotFitIntoAnAnswerComeFirstInTheNext() {
        logs.keepTo(running(A1, B1));
        node.mostRanges = 1;
        node.print(A1, "a\n".repeat(3));
        node.print(B1, "b\n");
        assertEquals(List.of("a: a", "a: a", "a: a"), look());
        node.print(A1, "a\n");
        assertEquals(List.of("b: b"), look());
        assertEquals(List.of("a: a"), look());
    }

    @Test
    void oneRequestIsForOneNodeAndBounded() {
        List<JobWorker> many = new ArrayList<>(IntStream.range(0, 600)
                .mapToObj(i -> worker(life("a" + i, 1), "Counter", false))
                .toList());
        many.add(worker(B1, "Counter", false).toBuilder().setNode("node-1").build());
        logs.keepTo(many);
        List<ReadLogsRequest> requests = logs.requests();
        assertEquals(
                List.of("node-2 256", "node-2 256", "node-2 88", "node-1 1"),
                requests.stream()
                        .map(request -> request.getNode() + " " + request.getRangesCount())
                        .toList());
    }

    @Test
    void anEndedOneWhoseNodeDoesNotAnswerIsGivenUpInTime() {
        logs.keepTo(running(A1, B1));
        logs.end(A1);
        for (int i = 0; i < FollowedLogs.PATIENCE; i++) {
            assertTrue(logs.lives().contains(A1));
            logs.requests().forEach(logs::failed);
        }
        assertEquals(List.of(B1), logs.lives());
    }

    @Test
    void whatATailHasBegunGoesOn() {
        node.print(A1, "one\ntwo\nthr");
        LogTail tail = LogTail.read(A1, 1, node::piece);
        assertEquals(List.of("two"), tail.lines());
        WorkerLog log = new WorkerLog(A1, "Counter", TestingNodeLogs.NODE, 0);
        logs.follow(log, tail.file(), tail.offset(), tail.begun());
        node.print(A1, "ee\n");
        assertEquals(List.of("a: three"), look());
        assertEquals("(Counter, node-2) ", log.prefix());
    }

    @Test
    void aTailIsReadBackwardsUntilItHasAllLines() {
        node.mostOfAPiece = 7;
        node.print(A1, "first\n");
        IntStream.range(0, 1_000).forEach(i -> node.print(A1, "line " + i + "\n"));
        // The last piece of real agents has 64 KiB; here it is what the node gives.
        LogTail tail = LogTail.read(A1, 3, range -> {
            node.mostOfAPiece = range.getOffset() < 0 ? 7 : 64 * 1024;
            return node.piece(range);
        });
        assertEquals(List.of("line 997", "line 998", "line 999"), tail.lines());
        assertEquals(1_001, LogTail.read(A1, 5_000, node::piece).lines().size());
        assertEquals(List.of(), LogTail.read(A1, 0, node::piece).lines());
        assertEquals(ByteString.EMPTY, tail.begun());
    }
}
