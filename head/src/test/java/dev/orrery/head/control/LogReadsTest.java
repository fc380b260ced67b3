package dev.orrery.head.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.MessageLite;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.view.JobWorkerViews;
import dev.orrery.internal.proto.JobWorker;
import dev.orrery.internal.proto.JobWorkers;
import dev.orrery.internal.proto.LogRange;
import dev.orrery.internal.proto.ReadLogsRequest;
import dev.orrery.internal.proto.ReadLogsResponse;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.rpc.RpcMethod;
import dev.orrery.testing.TestingConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Requests for logs, which a leader passes on, and what it says of a job's workers. */
class LogReadsTest {
    private static final ReadLogsRequest REQUEST = ReadLogsRequest.newBuilder()
            .setNode("node-a")
            .addRanges(LogRange.getDefaultInstance())
            .build();

    /** An agent that answers when the test does. */
    private static final class Agent extends TestingConnection {
        private final List<CompletableFuture<MessageLite>> answers = new ArrayList<>();
        private final List<MessageLite> asked = new ArrayList<>();

        private Agent() {
            super(PeerRole.AGENT, "node-a");
        }

        @Override
        public <Q extends MessageLite, R extends MessageLite> CompletableFuture<R> call(
                RpcMethod<Q, R> method, Q request, Duration timeout) {
            asked.add(request);
            CompletableFuture<MessageLite> answer = new CompletableFuture<>();
            answers.add(answer);
            return answer.thenApply(response -> {
                @SuppressWarnings("unchecked")
                R typed = (R) response;
                return typed;
            });
        }
    }

    private final LogReads logs = new LogReads();
    private final Agent agent = new Agent();

    private CompletableFuture<ReadLogsResponse> pass() {
        return logs.pass(REQUEST, Optional.of(agent));
    }

    private static OrreryException failure(CompletableFuture<?> answer) {
        return (OrreryException)
                assertThrows(CompletionException.class, answer::join).getCause();
    }

    @Test
    void aRequestAndItsAnswerArePassedOnAsTheyAre() {
        CompletableFuture<ReadLogsResponse> answer = pass();
        assertEquals(List.of(REQUEST), agent.asked);
        ReadLogsResponse response = ReadLogsResponse.newBuilder().setLookedAt(1).build();
        agent.answers.get(0).complete(response);
        assertEquals(response, answer.join());
    }

    @Test
    void soManyAreOnTheirWayAndNoMore() {
        List<CompletableFuture<ReadLogsResponse>> answers =
                IntStream.range(0, LogReads.AT_ONCE).mapToObj(i -> pass()).toList();
        OrreryException refused = assertThrows(OrreryException.class, this::pass);
        assertEquals(ErrorCode.UNAVAILABLE, refused.code());
        assertTrue(refused.code().retryable());
        agent.answers.get(3).complete(ReadLogsResponse.getDefaultInstance());
        agent.answers.get(4).completeExceptionally(OrreryException.of(ErrorCode.INVALID_ARGUMENT, "no"));
        pass();
        pass();
        assertThrows(OrreryException.class, this::pass);
        assertEquals(ErrorCode.INVALID_ARGUMENT, failure(answers.get(4)).code());
    }

    @Test
    void anAgentThatIsNotThereIsNoReasonToLookForAnotherLeader() {
        OrreryException unknown = assertThrows(OrreryException.class, () -> logs.pass(REQUEST, Optional.empty()));
        assertEquals(ErrorCode.UNAVAILABLE, unknown.code());
        assertTrue(unknown.getMessage().contains("'node-a'"), unknown::getMessage);
        CompletableFuture<ReadLogsResponse> lost = pass();
        agent.answers.get(0).completeExceptionally(OrreryException.of(ErrorCode.CONNECTION_LOST, "it is gone"));
        assertEquals(ErrorCode.UNAVAILABLE, failure(lost).code());
        agent.close();
        assertEquals(
                ErrorCode.UNAVAILABLE,
                assertThrows(OrreryException.class, this::pass).code());
    }

    @Test
    void theLeaderAsksTheAgentThatRegisteredLast() {
        TestingCluster cluster = new TestingCluster().node("node-a", 4000);
        cluster.changeLeader();
        cluster.advance(Duration.ofSeconds(1));
        assertEquals(1, cluster.get(ask(cluster, REQUEST)).getLookedAt());
        CompletableFuture<ReadLogsResponse> nobody =
                ask(cluster, REQUEST.toBuilder().setNode("node-z").build());
        cluster.step();
        assertEquals(ErrorCode.UNAVAILABLE, failure(nobody).code());
    }

    private static CompletableFuture<ReadLogsResponse> ask(TestingCluster cluster, ReadLogsRequest request) {
        return cluster.control().ask(leading -> leading.readLogs(request)).thenCompose(answer -> answer);
    }

    @Test
    void aJobsWorkersAreThoseThatItStarted() {
        TestingCluster cluster = new TestingCluster().node("node-a", 4000);
        cluster.changeLeader();
        cluster.advance(Duration.ofSeconds(1));
        TestingDriver driver = new TestingDriver(cluster, "job-1");
        TestingDriver other = new TestingDriver(cluster, "job-2");
        String kept = driver.start("kept");
        String free = driver.startDetached("free");
        String killed = driver.start("killed");
        other.start("not-mine");
        driver.kill(killed);
        List<JobWorker> workers = driver.insist(
                        () -> cluster.control().ask(leading -> JobWorkerViews.of(leading.state(), "job-1")))
                .getWorkersList();
        assertEquals(
                List.of(kept + " kept false", free + " free false", killed + " killed true"),
                workers.stream()
                        .map(worker ->
                                "%s %s %s".formatted(worker.getLife().getActor(), worker.getLabel(), worker.getEnded()))
                        .toList());
        for (JobWorker worker : workers) {
            assertEquals("node-a", worker.getNode(), "also where it ended");
            assertEquals(worker.getEnded(), worker.getPid() == 0);
        }
        JobWorkers none =
                driver.insist(() -> cluster.control().ask(leading -> JobWorkerViews.of(leading.state(), "job-3")));
        assertEquals(0, none.getWorkersCount());
    }
}
