package dev.orrery.worker.actor;

import static dev.orrery.testing.TestingCaller.await;
import static dev.orrery.testing.TestingCaller.failureOf;
import static java.lang.invoke.MethodType.methodType;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.internal.proto.ActorFunction;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ActorSpec;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.Guest;
import dev.orrery.internal.proto.GuestReport;
import dev.orrery.internal.proto.PlainActorSpec;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.RpcTransport;
import dev.orrery.internal.serial.ForySerializer;
import dev.orrery.internal.serial.ValueCodec;
import dev.orrery.testing.ScriptedActor;
import dev.orrery.testing.TestingCaller;
import dev.orrery.testing.TestingEnvironment;
import dev.orrery.testing.TestingFunctions;
import dev.orrery.testing.TestingNode;
import dev.orrery.testing.TestingWorldManager;
import dev.orrery.testing.TestingWorlds;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class SharedWorkerTest {
    private static final ActorLife WORKER = TestingWorlds.life("worker");
    private static final ActorFunction CONSTRUCTOR = TestingFunctions.constructor(ScriptedActor.class, int.class);
    private static final ActorFunction BLOCK =
            TestingFunctions.method(ScriptedActor.class, "block", methodType(String.class));
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    private final RpcTransport transport = new RpcTransport("test", 2);
    private final TestingWorldManager worlds = new TestingWorlds().manager((world, state, cause) -> {});
    private final ValueCodec codec = new ValueCodec(new ForySerializer(SharedWorkerTest.class.getClassLoader()));
    private final Semaphore gate = new Semaphore(0);
    private final SharedWorker worker = new SharedWorker();
    private final List<TestingCaller> callers = new ArrayList<>();

    @BeforeEach
    void begin() throws Exception {
        System.getProperties().put(ScriptedActor.GATE, gate);
        System.getProperties().remove(ScriptedActor.CLOSED);
        transport.start();
        worker.start(new TestingEnvironment(
                TestingNode.launch(folder, WORKER, List.of(ScriptedActor.artifact())), desired(), worlds, transport));
        awaitReport("open", report -> worker.state() == WorkerState.OPEN);
    }

    @AfterEach
    void end() throws Exception {
        gate.release(100);
        worker.stop().get(30, TimeUnit.SECONDS);
        for (TestingCaller caller : callers) {
            caller.close();
        }
        transport.close();
        System.getProperties().remove(ScriptedActor.GATE);
    }

    private Guest guest(String name, int start) {
        return Guest.newBuilder()
                .setLife(TestingWorlds.life(name))
                .setLabel(name)
                .setSpec(PlainActorSpec.newBuilder()
                        .setName(name)
                        .setShareable(true)
                        .setFactory(CONSTRUCTOR)
                        .setMaxPendingCalls(2)
                        .addArguments(codec.toMessage("argument", start)))
                .build();
    }

    private static DesiredWorker desired(Guest... guests) {
        return DesiredWorker.newBuilder()
                .setLife(WORKER)
                .setLabel("shared")
                .setSpec(ActorSpec.newBuilder()
                        .setActor(PlainActorSpec.newBuilder().setHostsGuests(true)))
                .addAllGuests(Arrays.asList(guests))
                .build();
    }

    private interface Check {
        boolean holds(WorkerReport report);
    }

    private WorkerReport report() {
        WorkerReport.Builder report = WorkerReport.newBuilder();
        worker.contributeTo(report);
        return report.build();
    }

    private void awaitReport(String what, Check check) {
        Awaitility.await(what).atMost(LIMIT).until(() -> check.holds(report()));
    }

    private Map<String, WorkerState> states() {
        return report().getGuestsList().stream()
                .collect(Collectors.toMap(guest -> guest.getLife().getActor(), GuestReport::getState));
    }

    private void awaitStates(Map<String, WorkerState> expected) {
        Awaitility.await().atMost(LIMIT).until(() -> states().equals(expected));
    }

    private TestingCaller caller(String name) throws Exception {
        TestingCaller caller =
                TestingCaller.connect(transport, HostPort.of(report().getRpcAddress()), TestingWorlds.life(name));
        callers.add(caller);
        return caller;
    }

    @Test
    void eachHasAStateAndAThreadOfItsOwn() throws Exception {
        worker.onDesired(desired(guest("one", 1), guest("two", 20)));
        awaitStates(Map.of("one", WorkerState.OPEN, "two", WorkerState.OPEN));
        TestingCaller one = caller("one");
        CompletableFuture<Object> blocked = one.call(BLOCK, TestingCaller.LONG);
        assertEquals(21, await(caller("two").call(int.class, "add", 1)), "one that waits holds up no other");
        gate.release();
        assertEquals("went on", await(blocked));
        assertEquals(2, await(one.call(int.class, "add", 1)));
    }

    @Test
    void aQueueThatIsFullIsNobodyElses() throws Exception {
        worker.onDesired(desired(guest("one", 1), guest("two", 20)));
        awaitStates(Map.of("one", WorkerState.OPEN, "two", WorkerState.OPEN));
        TestingCaller one = caller("one");
        one.call(BLOCK, TestingCaller.LONG);
        // Until it runs it takes a place in the queue.
        Awaitility.await().atMost(LIMIT).until(gate::hasQueuedThreads);
        for (int i = 0; i < 2; i++) {
            one.call(BLOCK, TestingCaller.LONG);
        }
        assertEquals(
                ErrorCode.ACTOR_OVERLOADED,
                failureOf(one.call(BLOCK, TestingCaller.LONG)).code());
        assertEquals(21, await(caller("two").call(int.class, "add", 1)));
    }

    @Test
    void oneThatFailsIsReportedAndTheOthersLiveOn() throws Exception {
        worker.onDesired(desired(guest("one", 1), guest("bad", -1)));
        awaitStates(Map.of("one", WorkerState.OPEN, "bad", WorkerState.EXITED));
        GuestReport bad = report().getGuestsList().stream()
                .filter(guest -> guest.getLife().getActor().equals("bad"))
                .findFirst()
                .orElseThrow();
        assertEquals("java.lang.IllegalArgumentException", bad.getFailure().getKind());
        assertTrue(bad.getFailure().getMessage().contains("not from -1"), bad::toString);
        assertEquals(2, await(caller("one").call(int.class, "add", 1)));
        // A life that has ended does not begin anew, however often it is named.
        worker.onDesired(desired(guest("one", 1), guest("bad", -1)));
        assertEquals(WorkerState.EXITED, states().get("bad"));
        worker.onDesired(desired(guest("one", 1)));
        awaitStates(Map.of("one", WorkerState.OPEN));
    }

    @Test
    void aNextLifeBeginsWhenTheOneBeforeHasEnded() throws Exception {
        Guest first = guest("one", 1);
        worker.onDesired(desired(first));
        awaitStates(Map.of("one", WorkerState.OPEN));
        var blocked = caller("one").call(BLOCK, TestingCaller.LONG);
        Awaitility.await().atMost(LIMIT).until(gate::hasQueuedThreads);
        Guest second = first.toBuilder()
                .setLife(first.getLife().toBuilder().setIncarnation(2))
                .build();
        worker.onDesired(desired(second));
        long live;
        WorkerReport now;
        do {
            now = report();
            live = now.getGuestsList().stream()
                    .filter(guest -> guest.getState() != WorkerState.EXITED)
                    .count();
            assertTrue(live <= 1, now::toString);
        } while (live == 0 || now.getGuests(0).getLife().getIncarnation() == 1);
        awaitStates(Map.of("one", WorkerState.OPEN));
        assertEquals(ErrorCode.ACTOR_DEAD, failureOf(blocked).code());
    }

    @Test
    void oneThatIsNotNamedAnyMoreIsClosed() throws Exception {
        worker.onDesired(desired(guest("one", 1), guest("two", 20)));
        awaitStates(Map.of("one", WorkerState.OPEN, "two", WorkerState.OPEN));
        TestingCaller two = caller("two");
        assertEquals(21, await(two.call(int.class, "add", 1)));
        assertFalse(System.getProperties().containsKey(ScriptedActor.CLOSED));
        worker.onDesired(desired(guest("one", 1)));
        awaitStates(Map.of("one", WorkerState.OPEN));
        assertEquals("two/two#1", System.getProperties().get(ScriptedActor.CLOSED));
        assertEquals(ErrorCode.FENCED, failureOf(two.call(int.class, "add", 1)).code());
        assertEquals(2, await(caller("one").call(int.class, "add", 1)));
    }

    @Test
    void nobodyElseIsCalled() throws Exception {
        worker.onDesired(desired(guest("one", 1)));
        awaitStates(Map.of("one", WorkerState.OPEN));
        assertEquals(
                ErrorCode.FENCED,
                failureOf(caller("nobody").call(int.class, "add", 1)).code());
    }
}
