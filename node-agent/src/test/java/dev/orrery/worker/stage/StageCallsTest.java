package dev.orrery.worker.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.internal.memory.MemoryPool;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ReplicaNotice;
import dev.orrery.internal.proto.StageFailed;
import dev.orrery.nccl.World;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import dev.orrery.tensor.TensorSpec;
import dev.orrery.tensor.Tensors;
import dev.orrery.testing.ScriptedStage;
import dev.orrery.testing.TestingClock;
import dev.orrery.testing.TestingPath;
import dev.orrery.testing.TestingPath.Message;
import dev.orrery.testing.TestingWorlds;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StageCallsTest {
    private static final ActorLife GATEWAY = TestingWorlds.life("gateway");
    private static final ActorLife ME = TestingWorlds.life("me");
    private static final ActorLife NEXT = TestingWorlds.life("next");
    private static final long IN = 11;
    private static final long OUT = 12;
    private static final TensorSpec TEXT = TensorSpec.of("text", DataType.BYTES, 1);

    private final TestingClock clock = new TestingClock();
    private final TestingWorlds network = new TestingWorlds();
    private final TestingNotices notices = new TestingNotices();
    private final StageInbox inbox = new StageInbox(16);
    private final OutboundEdges outbound = new OutboundEdges(
            2, List.of(), (key, why) -> notices.tell(key.gateway(), NoticeMessages.refused(key, why)));
    private final ScriptedStage stage = new ScriptedStage();
    private final StageCalls calls = calls(new Declarations(List.of(TEXT), List.of(TEXT)));
    private World downstream;
    private long blocksBefore;

    private StageCalls calls(Declarations declarations) {
        return new StageCalls(
                new StageSettings(
                        "encode",
                        "host-1",
                        "/logs/output.log",
                        declarations,
                        1_000,
                        clock,
                        new StallWatch(1_000_000_000L, 1_000_000L, 0)),
                inbox,
                outbound,
                notices);
    }

    @BeforeEach
    void formTheWayOn() {
        blocksBefore = MemoryPool.shared().blocksInUse();
        var mine = network.manager((world, state, cause) -> {}).join(TestingWorlds.edge(OUT, ME, NEXT), ME);
        downstream = network.manager((world, state, cause) -> {})
                .join(TestingWorlds.edge(OUT, ME, NEXT), NEXT)
                .join();
        outbound.add(mine.join());
    }

    /** Cleaners may free what other tests forgot, so there can be fewer. */
    @AfterEach
    void nothingLeaks() {
        long blocks = MemoryPool.shared().blocksInUse();
        assertTrue(blocks <= blocksBefore, blocks + " blocks, before " + blocksBefore);
    }

    private Delivery deliver(Tensors tensors, Long... path) throws InterruptedException {
        inbox.offer(new Delivery(TestingPath.header(GATEWAY, 7, tensors, path), tensors, clock.nanoTime()));
        return inbox.take().orElseThrow();
    }

    private Delivery deliver(String script) throws InterruptedException {
        return deliver(Tensors.of("text", script), IN, OUT);
    }

    private StageFailed failure(String script) throws InterruptedException {
        calls.handle(stage, deliver(script));
        ReplicaNotice notice = notices.only();
        assertEquals(7, notice.getFailed().getAttempt().getRequest());
        assertEquals("encode", notice.getFailed().getStage());
        return notice.getFailed();
    }

    @Test
    void forwardsTheOutputWithTheTimeThatIsLeft() throws Exception {
        Delivery delivery = deliver("upper:abc");
        clock.advance(Duration.ofSeconds(4));
        calls.handle(stage, delivery);
        Message message = TestingPath.receive(downstream);
        assertEquals(List.of("ABC"), message.tensors().get("text").toStrings());
        assertEquals(1, message.header().getHop());
        assertEquals(6_000_000, message.header().getRemainingMicros());
        assertEquals(7, message.header().getRequest());
        assertEquals(GATEWAY, message.header().getGateway());
        assertEquals(List.of(), notices.all());
        message.tensors().close();
    }

    @Test
    void anInputThatIsReturnedTravelsOnAndIsClosedOnceItIsOut() throws Exception {
        network.holdSends(OUT);
        Tensors inputs = Tensors.of("text", "same");
        calls.handle(stage, deliver(inputs, IN, OUT));
        assertFalse(inputs.get("text").isClosed());
        network.releaseSends(OUT);
        assertTrue(inputs.get("text").isClosed());
        TestingPath.receive(downstream).tensors().close();
    }

    @Test
    void anInputThatIsNotReturnedIsClosedAtOnce() throws Exception {
        Tensors inputs = Tensors.builder()
                .put("text", Tensor.ofStrings("upper:x"))
                .put("more", Tensor.ofFloats(new float[] {1}, 1))
                .build();
        network.holdSends(OUT);
        calls.handle(stage, deliver(inputs, IN, OUT));
        assertTrue(inputs.get("text").isClosed() && inputs.get("more").isClosed());
        network.releaseSends(OUT);
        TestingPath.receive(downstream).tensors().close();
    }

    @Test
    void theUsersExceptionFailsTheRequestRootCauseFirst() throws Exception {
        StageFailed failed = failure("throw:bad text");
        assertEquals("STAGE_FAILED", failed.getCode());
        assertEquals("java.lang.IllegalStateException", failed.getFailure().getKind());
        assertEquals("root bad text", failed.getFailure().getMessage());
        assertTrue(failed.getFailure().getStackTrace().contains("ScriptedStage"));
        assertEquals("bad text", failed.getFailure().getConsequence().getMessage());
        assertEquals("host-1", failed.getFailure().getHost());
        assertEquals("/logs/output.log", failed.getFailure().getLogPath());
    }

    @Test
    void errorsOfUserCodeFailTheRequestOnly() throws Exception {
        assertEquals(
                "java.lang.StackOverflowError", failure("overflow").getFailure().getKind());
    }

    @Test
    void aMissingClassFailsTheRequestOnly() throws Exception {
        assertEquals("acme/Gone", failure("missing").getFailure().getMessage());
    }

    @Test
    void outOfMemoryEndsTheProcess() throws Exception {
        Delivery delivery = deliver("oom");
        assertThrows(OutOfMemoryError.class, () -> calls.handle(stage, delivery));
        delivery.close();
    }

    @Test
    void nullAndClosedOutputsFailTheRequest() throws Exception {
        assertEquals(
                "process returned null in stage encode",
                failure("null").getFailure().getMessage());
    }

    @Test
    void aClosedOutputFailsTheRequest() throws Exception {
        StageFailed failed = failure("closed");
        assertEquals("STAGE_FAILED", failed.getCode());
        assertEquals(
                "process returned a closed tensor 'text' in stage encode",
                failed.getFailure().getMessage());
    }

    @Test
    void anOutputBeyondTheLimitIsTooLarge() throws Exception {
        StageFailed failed = failure("big:1001");
        assertEquals("TENSOR_TOO_LARGE", failed.getCode());
        assertTrue(failed.getFailure().getMessage().contains("the pipeline's limit is 1000"));
    }

    @Test
    void anOutputOtherThanDeclaredIsAMismatch() throws Exception {
        StageFailed failed = failure("numbers");
        assertEquals("TENSOR_MISMATCH", failed.getCode());
        assertEquals(
                "stage encode declared other outputs: tensor 'text' is FP32[2] where BYTES[1] is expected",
                failed.getFailure().getMessage());
    }

    @Test
    void anInputOtherThanDeclaredNeverReachesUserCode() throws Exception {
        Tensors inputs = Tensors.of("txt", "oom");
        calls.handle(stage, deliver(inputs, IN, OUT));
        assertEquals("TENSOR_MISMATCH", notices.only().getFailed().getCode());
        assertTrue(inputs.get("txt").isClosed());
    }

    @Test
    void withoutDeclarationsAnythingGoes() throws Exception {
        calls(new Declarations(List.of(), List.of())).handle(stage, deliver("numbers"));
        Message message = TestingPath.receive(downstream);
        assertEquals(DataType.FP32, message.tensors().get("text").dataType());
        message.tensors().close();
    }

    @Test
    void whatExpiredIsRefusedUnprocessed() throws Exception {
        Delivery delivery = deliver("oom");
        clock.advance(Duration.ofSeconds(10));
        calls.handle(stage, delivery);
        assertEquals("deadline", notices.only().getRefused().getWhy());
        assertTrue(delivery.tensors().get("text").isClosed());
    }

    @Test
    void whatIsCancelledWhileItIsProcessedIsDroppedAndAcknowledged() throws Exception {
        Delivery delivery = deliver("upper:abc");
        StageInbox.Cancellation cancellation = inbox.cancel(delivery.key());
        assertFalse(cancellation.settled());
        calls.handle(stage, delivery);
        assertEquals(7, notices.only().getCancelled().getRequest());
        assertTrue(inbox.cancel(delivery.key()).settled());
    }

    @Test
    void ofACancelledAttemptNoFailureIsTold() throws Exception {
        Delivery delivery = deliver("throw:x");
        inbox.cancel(delivery.key());
        calls.handle(stage, delivery);
        assertTrue(notices.only().hasCancelled());
    }

    @Test
    void anUnknownWorldOnThePathIsRefused() throws Exception {
        Delivery delivery = deliver(Tensors.of("text", "upper:abc"), IN, 99L);
        calls.handle(stage, delivery);
        assertEquals(
                "no ready world 63 leads on from here",
                notices.only().getRefused().getWhy());
    }

    @Test
    void aPathThatEndsHereIsRefused() throws Exception {
        calls.handle(stage, deliver(Tensors.of("text", "upper:abc"), IN));
        assertTrue(notices.only().hasRefused());
    }

    @Test
    void aWorldThatBreaksWhileItSendsRefusesTheAttempt() throws Exception {
        network.holdSends(OUT);
        calls.handle(stage, deliver("upper:abc"));
        assertEquals(1, outbound.unsent());
        network.breakWorld(OUT, "died");
        assertTrue(notices.only().hasRefused());
        assertEquals(0, outbound.unsent());
    }

    @Test
    void aWorldThatTakesNothingGetsNoMore() throws Exception {
        network.holdSends(OUT);
        calls.handle(stage, deliver("upper:a"));
        calls.handle(stage, deliver("upper:b"));
        calls.handle(stage, deliver("upper:c"));
        assertTrue(notices.only().getRefused().getWhy().startsWith("busy: 2 messages"));
        network.releaseSends(OUT);
        calls.handle(stage, deliver("upper:d"));
        for (String expected : List.of("A", "B", "D")) {
            Message message = TestingPath.receive(downstream);
            assertEquals(List.of(expected), message.tensors().get("text").toStrings());
            message.tensors().close();
        }
    }

    @Test
    void anInterruptOfUserCodeDoesNotOutliveItsCall() throws Exception {
        calls.handle(stage, deliver("interrupt:x"));
        assertFalse(Thread.currentThread().isInterrupted());
        TestingPath.receive(downstream).tensors().close();
    }
}
