package dev.orrery.internal.client;

import static dev.orrery.testing.TestingRpc.answer;
import static dev.orrery.testing.TestingRpc.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.ActorRef;
import dev.orrery.error.ActorDeadException;
import dev.orrery.error.ActorRestartedException;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorCallRequest;
import dev.orrery.internal.proto.ActorCallResponse;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.Failure;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcHandlers;
import dev.orrery.internal.rpc.RpcLimits;
import dev.orrery.internal.rpc.RpcServer;
import dev.orrery.internal.serial.ForySerializer;
import dev.orrery.internal.serial.ValueCodec;
import dev.orrery.testing.TestingCounter;
import dev.orrery.testing.TestingRpc;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of calls when a life of the actor ends and another one follows, or none. */
class ActorLivesTest {
    private static final Duration LONG = TestingRpc.LONG;

    private final TestingRpc rpc = new TestingRpc(RpcLimits.defaults());
    private final TestingActorHead head = new TestingActorHead(rpc);
    private final ClusterClient client = ClusterClient.open(TestingRpc.SECRET, List.of(head.server.address()));
    private final ValueCodec codec =
            new ValueCodec(new ForySerializer(getClass().getClassLoader()));
    private final BlockingQueue<ActorCallRequest> asked = new LinkedBlockingQueue<>();
    private int callRetries;

    @AfterEach
    void close() {
        client.close();
        rpc.close();
    }

    private RpcServer worker(Function<ActorCallRequest, CompletableFuture<ActorCallResponse>> behaviour) {
        return rpc.serve(
                TestingRpc.identity(PeerRole.WORKER, TestingActorHead.ACTOR),
                RpcLimits.defaults(),
                TestingRpc.ANY_PORT,
                RpcHandlers.builder()
                        .on(Protocol.CALL_ACTOR, (connection, request) -> {
                            asked.add(request);
                            return behaviour.apply(request);
                        })
                        .build());
    }

    private static CompletableFuture<ActorCallResponse> silent(ActorCallRequest request) {
        return new CompletableFuture<>();
    }

    private static CompletableFuture<ActorCallResponse> echo(ActorCallRequest request) {
        return CompletableFuture.completedFuture(ActorCallResponse.newBuilder()
                .setResult(request.getArguments(0))
                .build());
    }

    private static Function<ActorCallRequest, CompletableFuture<ActorCallResponse>> refuse(ErrorCode code) {
        return request -> CompletableFuture.failedFuture(OrreryException.of(code, "not here"));
    }

    private ActorView.Builder life(long incarnation, String state) {
        return TestingActorHead.view(state)
                .setLife(ActorLife.newBuilder().setActor(TestingActorHead.ACTOR).setIncarnation(incarnation))
                .setCallRetries(callRetries);
    }

    private ActorView.Builder alive(long incarnation, RpcServer worker) {
        return life(incarnation, "ALIVE").setRpcAddress(worker.address().toMessage());
    }

    private ActorView.Builder ended(long incarnation, String state) {
        return life(incarnation, state)
                .addCauses(Failure.newBuilder()
                        .setKind("signal")
                        .setMessage("9 (SIGKILL)")
                        .setHost("host-1")
                        .setLogPath("/logs/counter"));
    }

    private ActorRef<TestingCounter> found(ActorView.Builder view) {
        head.finallySays(view);
        return new ActorStart(client, LONG).find("default", "counter", TestingCounter.class);
    }

    private List<CompletableFuture<Integer>> calls(ActorRef<TestingCounter> counter, int first, int last) {
        List<CompletableFuture<Integer>> calls = new ArrayList<>();
        for (int i = first; i <= last; i++) {
            calls.add(counter.call(TestingCounter::add, i));
        }
        return calls;
    }

    private ActorCallRequest arrived() throws InterruptedException {
        ActorCallRequest request = asked.poll(LONG.toSeconds(), TimeUnit.SECONDS);
        assertTrue(request != null, "no call arrived");
        return request;
    }

    private void arrived(long incarnation, int first, int last) throws InterruptedException {
        for (int i = first; i <= last; i++) {
            ActorCallRequest request = arrived();
            assertEquals(incarnation, request.getLife().getIncarnation());
            assertEquals(i, codec.fromMessage("it", request.getArguments(0)));
        }
    }

    @Test
    void aCallThatMayHaveRunIsNotRepeatedUnasked() throws InterruptedException {
        RpcServer first = worker(ActorLivesTest::silent);
        RpcServer second = worker(ActorLivesTest::echo);
        ActorRef<TestingCounter> counter = found(alive(1, first));
        List<CompletableFuture<Integer>> flying = calls(counter, 1, 2);
        arrived(1, 1, 2);
        head.says(alive(1, first)).says(ended(1, "RESTARTING")).finallySays(alive(2, second));
        first.close();
        for (CompletableFuture<Integer> call : flying) {
            OrreryException failed = assertInstanceOf(ActorRestartedException.class, failure(call));
            assertTrue(
                    failed.getMessage().startsWith("signal: 9 (SIGKILL) (on host-1, log /logs/counter)"),
                    failed.getMessage());
            assertTrue(
                    failed.getMessage()
                            .contains("life 1 of actor counter (7-1) ended, and it restarts; "
                                    + "whether TestingCounter.add has run is not known"),
                    failed.getMessage());
        }
        assertEquals(3, answer(counter.call(TestingCounter::add, 3)), "the reference goes on");
        arrived(2, 3, 3);
        assertTrue(asked.isEmpty());
    }

    @Test
    void withRetriesItIsSentToTheNextLifeInOrderAndBeforeLaterOnes() throws InterruptedException {
        callRetries = 1;
        RpcServer first = worker(ActorLivesTest::silent);
        RpcServer second = worker(ActorLivesTest::echo);
        ActorRef<TestingCounter> counter = found(alive(1, first));
        List<CompletableFuture<Integer>> all = new ArrayList<>(calls(counter, 1, 50));
        arrived(1, 1, 50);
        head.finallySays(ended(1, "RESTARTING"));
        first.close();
        all.addAll(calls(counter, 51, 100));
        head.finallySays(alive(2, second));
        for (int i = 1; i <= 100; i++) {
            assertEquals(i, answer(all.get(i - 1)));
        }
        arrived(2, 1, 100);
    }

    @Test
    void retriesAreCounted() throws InterruptedException {
        callRetries = 2;
        List<RpcServer> workers =
                List.of(worker(ActorLivesTest::silent), worker(ActorLivesTest::silent), worker(ActorLivesTest::silent));
        ActorRef<TestingCounter> counter = found(alive(1, workers.get(0)));
        CompletableFuture<Integer> call = counter.call(TestingCounter::add, 7);
        for (int life = 1; life <= 3; life++) {
            arrived(life, 7, 7);
            if (life == 3) {
                head.finallySays(ended(3, "RESTARTING"));
            } else {
                head.finallySays(alive(life + 1, workers.get(life)));
            }
            workers.get(life - 1).close();
        }
        assertInstanceOf(ActorRestartedException.class, failure(call));
        assertTrue(asked.isEmpty(), "three times in all");
    }

    @Test
    void whatTheLifeDidNotBeginIsSentOnWithoutRetries() throws InterruptedException {
        for (ErrorCode refusal : List.of(ErrorCode.UNAVAILABLE, ErrorCode.FENCED)) {
            RpcServer stopping = worker(refuse(refusal));
            RpcServer next = worker(ActorLivesTest::echo);
            long life = refusal == ErrorCode.UNAVAILABLE ? 1 : 2;
            ActorRef<TestingCounter> counter = found(alive(life, stopping));
            head.says(alive(life, stopping)).says(alive(life, stopping)).finallySays(alive(life + 1, next));
            assertEquals(5, answer(counter.call(TestingCounter::add, 5)));
            arrived(life, 5, 5);
            arrived(life + 1, 5, 5);
            head.finallySays(ended(life + 1, "RESTARTING"));
            next.close();
        }
    }

    @Test
    void whileNoLifeIsThereCallsWaitAndTheirDeadlineTellsWhy() throws InterruptedException {
        ActorRef<TestingCounter> counter = found(ended(1, "RESTARTING"));
        CompletableFuture<Integer> patient = counter.call(TestingCounter::add, 1);
        OrreryException late = failure(counter.within(Duration.ofMillis(300)).call(TestingCounter::add, 2));
        assertEquals(ErrorCode.DEADLINE_EXCEEDED, late.code());
        assertTrue(
                late.getMessage()
                        .contains("300 ms for actor counter (7-1) to answer TestingCounter.add; "
                                + "actor 'counter' is RESTARTING, not ALIVE, after signal: 9 (SIGKILL)"),
                late.getMessage());
        assertFalse(patient.isDone());
        head.finallySays(alive(2, worker(ActorLivesTest::echo)));
        assertEquals(1, answer(patient));
        arrived(2, 1, 1);
        assertTrue(asked.isEmpty(), "what is late is not sent");
    }

    @Test
    void aDeathForGoodEndsAllCallsAndTellsOfWhichItIsNotKnownWhetherTheyRan() throws InterruptedException {
        callRetries = 5;
        RpcServer first = worker(ActorLivesTest::silent);
        ActorRef<TestingCounter> counter = found(alive(1, first));
        CompletableFuture<Integer> flying = counter.call(TestingCounter::add, 1);
        arrived(1, 1, 1);
        head.finallySays(alive(1, first));
        head.described.drainPermits();
        first.close();
        // Whoever asks the leader knows that the connection is lost.
        assertTrue(head.described.tryAcquire(30, TimeUnit.SECONDS));
        CompletableFuture<Integer> waiting = counter.call(TestingCounter::add, 2);
        head.finallySays(ended(1, "DEAD"));
        ActorDeadException unclear = assertInstanceOf(ActorDeadException.class, failure(flying));
        assertTrue(unclear.getMessage().contains("has run is not known"), unclear.getMessage());
        assertTrue(unclear.mayHaveRun());
        ActorDeadException unsent = assertInstanceOf(ActorDeadException.class, failure(waiting));
        assertFalse(unsent.getMessage().contains("has run"), unsent.getMessage());
        assertFalse(unsent.mayHaveRun());
        assertFalse(assertInstanceOf(ActorDeadException.class, failure(counter.call(TestingCounter::add, 3)))
                .mayHaveRun());
    }

    @Test
    void aRepeatedCallThatADeathMeetsBeforeTheNextLifeMayHaveRunInTheLastOne() throws InterruptedException {
        callRetries = 5;
        RpcServer first = worker(ActorLivesTest::silent);
        ActorRef<TestingCounter> counter = found(alive(1, first));
        CompletableFuture<Integer> call = counter.call(TestingCounter::add, 1);
        arrived(1, 1, 1);
        head.says(ended(1, "RESTARTING")).finallySays(ended(1, "DEAD"));
        first.close();
        ActorDeadException dead = assertInstanceOf(ActorDeadException.class, failure(call));
        assertTrue(dead.mayHaveRun());
        assertTrue(dead.getMessage().contains("has run is not known"), dead.getMessage());
    }

    @Test
    void anActorThatTheLeaderHasForgottenIsDead() {
        ActorRef<TestingCounter> counter = found(alive(1, worker(ActorLivesTest::echo)));
        head.finallySays(() -> CompletableFuture.failedFuture(
                OrreryException.of(ErrorCode.NOT_FOUND, "there is no actor 7-1; it is forgotten")));
        ActorDeadException dead =
                assertInstanceOf(ActorDeadException.class, failure(counter.call(TestingCounter::add, 1)));
        assertTrue(dead.getMessage().contains("dead for so long"), dead.getMessage());
        assertFalse(dead.mayHaveRun());
    }

    @Test
    void aConnectionThatBreaksAloneIsMadeAgain() throws InterruptedException {
        callRetries = 1;
        RpcServer first = worker(ActorLivesTest::silent);
        ActorRef<TestingCounter> counter = found(alive(1, first));
        CompletableFuture<Integer> call = counter.call(TestingCounter::add, 1);
        arrived(1, 1, 1);
        first.close();
        // The same life at another port stands for a way that was lost and found.
        head.finallySays(alive(1, worker(ActorLivesTest::echo)));
        assertEquals(1, answer(call));
        arrived(1, 1, 1);
    }

    @Test
    void closingTheClientEndsWhatWaitsForALife() {
        ActorRef<TestingCounter> counter = found(ended(1, "RESTARTING"));
        CompletableFuture<Integer> call = counter.call(TestingCounter::add, 1);
        client.close();
        assertEquals(ErrorCode.CANCELLED, failure(call).code());
    }
}
