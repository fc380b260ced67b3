package dev.orrery.agent;

import static dev.orrery.testing.TestingWorlds.life;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.orrery.agent.process.OutputLog;
import dev.orrery.agent.process.WorkerFolder;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.LogPiece;
import dev.orrery.internal.proto.LogRange;
import dev.orrery.internal.proto.ReadLogsRequest;
import dev.orrery.internal.proto.ReadLogsResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What may be read of the logs of a node's workers, and what not. */
class WorkerLogsTest {
    private static final ActorLife A1 = life("1-1", 1);

    @TempDir
    Path root;

    private Path workers;
    private Path warm;
    private WorkerLogs logs;

    @BeforeEach
    void begin() throws IOException {
        workers = Files.createDirectories(root.resolve("workers"));
        warm = Files.createDirectories(root.resolve("warm"));
        logs = new WorkerLogs(workers, warm, Runnable::run);
    }

    private Path print(ActorLife life, String text) throws IOException {
        WorkerFolder folder = WorkerFolder.of(workers, life);
        Files.createDirectories(folder.root());
        return Files.writeString(folder.output(), text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static LogRange.Builder range(ActorLife life, long offset) {
        return LogRange.newBuilder().setLife(life).setOffset(offset);
    }

    private ReadLogsResponse ask(LogRange.Builder... ranges) {
        ReadLogsRequest.Builder request = ReadLogsRequest.newBuilder().setNode("node-1");
        List.of(ranges).forEach(request::addRanges);
        return logs.read(request.build()).join();
    }

    private LogPiece read(LogRange.Builder range) {
        ReadLogsResponse response = ask(range);
        assertEquals(1, response.getLookedAt());
        return response.getPieces(0);
    }

    private void assertFails(ErrorCode code, LogRange.Builder range) {
        LogPiece piece = read(range);
        assertEquals(code.name(), piece.getError().getCode(), piece::toString);
        assertEquals(range.getLife(), piece.getLife());
        assertTrue(piece.getData().isEmpty());
    }

    @Test
    void itsEndAndWhatFollowsAreRead() throws IOException {
        print(A1, "one\ntwo\n");
        LogPiece end = read(range(A1, -1).setMaxBytes(4));
        assertEquals("two\n", end.getData().toStringUtf8());
        assertEquals(4, end.getOffset());
        assertEquals(8, end.getSize());
        assertEquals(0, ask(range(A1, 8).setLog(end.getLog())).getPiecesCount(), "nothing new");
        print(A1, "three\n");
        LogPiece next = read(range(A1, 8).setLog(end.getLog()));
        assertEquals("three\n", next.getData().toStringUtf8());
        assertEquals(14, next.getSize());
        assertEquals("one\ntwo\nthree\n", read(range(A1, -1)).getData().toStringUtf8());
    }

    @Test
    void anEmptyLogHasAnEnd() throws IOException {
        print(A1, "");
        LogPiece end = read(range(A1, -1));
        assertFalse(end.hasError());
        assertEquals(0, end.getSize());
    }

    @Test
    void aPieceIsBoundedAndMayEndWithinACharacter() throws IOException {
        String text = "ü".repeat(WorkerLogs.MOST_OF_A_PIECE);
        print(A1, "x" + text);
        LogPiece first = read(range(A1, 0).setMaxBytes(Integer.MAX_VALUE));
        assertEquals(WorkerLogs.MOST_OF_A_PIECE, first.getData().size());
        ByteString all = first.getData();
        while (all.size() < first.getSize()) {
            all = all.concat(read(range(A1, all.size()).setLog(first.getLog())).getData());
        }
        assertEquals("x" + text, all.toStringUtf8());
        assertEquals(3, read(range(A1, 1).setMaxBytes(3)).getData().size());
    }

    @Test
    void anAnswerIsBoundedAndTellsWhatItLeftOut() throws IOException {
        List<LogRange.Builder> ranges = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            print(life("1-" + i, 1), "x".repeat(2 * WorkerLogs.MOST_OF_A_PIECE));
            ranges.add(range(life("1-" + i, 1), 0));
        }
        ReadLogsResponse response = ask(ranges.toArray(LogRange.Builder[]::new));
        assertEquals(4, response.getLookedAt());
        assertEquals(
                WorkerLogs.MOST_OF_AN_ANSWER,
                response.getPiecesList().stream()
                        .mapToInt(piece -> piece.getData().size())
                        .sum());
        ReadLogsRequest.Builder many = ReadLogsRequest.newBuilder();
        IntStream.rangeClosed(0, WorkerLogs.MOST_RANGES).forEach(i -> many.addRanges(range(A1, 0)));
        ReadLogsRequest refused = many.build();
        assertEquals(
                ErrorCode.INVALID_ARGUMENT,
                assertThrows(OrreryException.class, () -> logs.read(refused)).code());
    }

    @Test
    void aLogThatIsGoneOrNeverWasIsNotFoundAndOthersAreRead() throws IOException {
        print(life("1-2", 1), "other\n");
        ReadLogsResponse response = ask(range(A1, 0), range(life("1-2", 1), 0));
        assertEquals(
                ErrorCode.NOT_FOUND.name(), response.getPieces(0).getError().getCode());
        assertEquals("other\n", response.getPieces(1).getData().toStringUtf8());
        Files.delete(print(A1, "soon gone"));
        assertFails(ErrorCode.NOT_FOUND, range(A1, 0));
    }

    @Test
    void whatIsBeyondItsEndWasCut() throws IOException {
        Path file = print(A1, "one\ntwo\n");
        assertFails(ErrorCode.LOG_CUT, range(A1, 9));
        Files.writeString(file, "new\n");
        assertFails(ErrorCode.LOG_CUT, range(A1, 8));
        assertEquals("new\n", read(range(A1, 0)).getData().toStringUtf8());
    }

    @Test
    void afterACutItIsAnotherLogHoweverLongItIsByThen() throws IOException {
        Path file = print(A1, "one\ntwo\n");
        LogPiece before = read(range(A1, 0));
        assertTrue(logs.limit(new OutputLog(file), 4));
        print(A1, "three\nfour\nfive\n");
        assertFails(ErrorCode.LOG_CUT, range(A1, 8).setLog(before.getLog()));
        LogPiece after = read(range(A1, 0));
        assertEquals("three\nfour\nfive\n", after.getData().toStringUtf8());
        Path cut = file.resolveSibling("output.log.1");
        assertEquals("one\ntwo\n", Files.readString(cut));
        // The next cut is later, however coarse the file system's time is.
        Files.setLastModifiedTime(cut, FileTime.from(Instant.ofEpochSecond(1)));
        long old = read(range(A1, 0)).getLog();
        assertTrue(logs.limit(new OutputLog(file), 4));
        print(A1, "six\n");
        assertFails(ErrorCode.LOG_CUT, range(A1, 0).setLog(old));
    }

    @Test
    void aWarmWorkersLogIsFoundThroughItsLife() throws IOException {
        WorkerFolder origin = new WorkerFolder(warm.resolve("n1"));
        origin.create();
        Files.writeString(origin.output(), "warm\n");
        WorkerFolder.of(workers, A1).linkTo(origin);
        assertEquals("warm\n", read(range(A1, 0)).getData().toStringUtf8());
    }

    @Test
    void nothingOutsideOfAWorkersOwnFolderIsRead() throws IOException {
        Path secret =
                Files.writeString(Files.createDirectories(root.resolve("other")).resolve("output.log"), "secret");
        Files.delete(print(A1, ""));
        Files.createSymbolicLink(WorkerFolder.of(workers, A1).output(), secret);
        assertFails(ErrorCode.NOT_FOUND, range(A1, 0));

        ActorLife moved = life("1-2", 1);
        Files.createSymbolicLink(WorkerFolder.of(workers, moved).root(), root.resolve("other"));
        assertFails(ErrorCode.NOT_FOUND, range(moved, 0));

        ActorLife sibling = life("1-3", 1);
        print(life("1-4", 1), "of another");
        Files.createSymbolicLink(
                WorkerFolder.of(workers, sibling).root(),
                WorkerFolder.of(workers, life("1-4", 1)).root());
        assertFails(ErrorCode.NOT_FOUND, range(sibling, 0));

        assertFails(ErrorCode.NOT_FOUND, range(life("../other", 0), 0));
        assertFails(ErrorCode.NOT_FOUND, range(life("", 0), 0));
        Files.createDirectories(WorkerFolder.of(workers, life("1-5", 1)).output());
        assertFails(ErrorCode.NOT_FOUND, range(life("1-5", 1), 0));
    }

    @Test
    void whatIsTooMuchIsRefused() {
        WorkerLogs busy = new WorkerLogs(workers, warm, task -> {
            throw new RejectedExecutionException("full");
        });
        OrreryException refused =
                assertThrows(OrreryException.class, () -> busy.read(ReadLogsRequest.getDefaultInstance()));
        assertEquals(ErrorCode.UNAVAILABLE, refused.code());
    }
}
