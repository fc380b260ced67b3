package dev.orrery.worker.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.Failure;
import dev.orrery.internal.proto.ReplicaAttach;
import dev.orrery.internal.proto.WorkerState;
import dev.orrery.testing.ScriptedStage;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a replica opens, serves and ends. */
@Timeout(120)
class StageActorTest extends StageScenario {
    @Test
    void opensAttachesAndServes() throws Exception {
        start(ScriptedStage.class.getName());
        environment.awaitChange();
        assertEquals(WorkerState.OPEN, actor.state());
        assertEquals(
                ReplicaAttach.newBuilder()
                        .setLife(ME)
                        .setReplica("encode-1")
                        .setStage("encode")
                        .setPipeline("embed")
                        .setHost(environment.launch().host())
                        .setLogPath(environment.launch().outputLog().toString())
                        .build(),
                attached());
    }

    @Test
    void messagesGoThroughInOrder() throws Exception {
        serve();
        for (int request = 1; request <= 20; request++) {
            send(request, "upper:r" + request);
        }
        for (int request = 1; request <= 20; request++) {
            assertEquals(request + " R" + request, receive());
        }
    }

    @Test
    void userCodeKnowsWhereItRunsAndHasItsOwnThread() throws Exception {
        serve();
        send(1, "who");
        assertEquals("1 embed/encode-1#1@node-1 on orrery-user-encode-1-1", receive());
    }

    @Test
    void afterAFailureItServesOn() throws Exception {
        serve();
        send(1, "throw:bad");
        assertEquals("STAGE_FAILED", gateway.awaitNotice().getFailed().getCode());
        send(2, "upper:b");
        assertEquals("2 B", receive());
        assertFalse(environment.failed());
    }

    @Test
    void whatWaitsIsCancelledAtOnceAndWhatRunsWhenItIsDone() throws Exception {
        serve();
        send(1, "block:a");
        await().until(gate::hasQueuedThreads);
        send(2, "upper:b");
        gateway.cancel(1);
        gateway.cancel(2);
        assertEquals(2, gateway.awaitNotice().getCancelled().getRequest());
        gate.release();
        assertEquals(1, gateway.awaitNotice().getCancelled().getRequest());
        gateway.cancel(3);
        assertEquals(3, gateway.awaitNotice().getCancelled().getRequest());
        send(3, "upper:c");
        send(4, "upper:d");
        assertEquals("4 D", receive());
    }

    @Test
    void moreThanCreditsAllowWaitsInTheWorld() throws Exception {
        serve();
        send(1, "block:a");
        await().until(gate::hasQueuedThreads);
        for (int request = 2; request <= 40; request++) {
            send(request, "upper:x");
        }
        gate.release();
        assertEquals("1 a", receive());
        for (int request = 2; request <= 40; request++) {
            assertEquals(request + " X", receive());
        }
    }

    @Test
    void aStalledCallEndsTheWorkerWithItsStack() throws Exception {
        serve();
        send(1, "block:a");
        await().until(gate::hasQueuedThreads);
        environment.timers().advance(Duration.ofSeconds(4));
        assertFalse(environment.failed());
        environment.timers().advance(Duration.ofSeconds(3));
        Failure failure = environment.awaitFailure();
        assertEquals("stall", failure.kind());
        assertTrue(failure.message().contains("encode-1 did not return within PT5S"), failure.message());
        assertTrue(failure.stackTrace().contains("ScriptedStage.block"), failure.stackTrace());
        environment.timers().advance(Duration.ofSeconds(20));
        assertFalse(environment.failed());
    }

    @Test
    void whileACallBlocksTheLinkAndItsNoticesGoOn() throws Exception {
        serve();
        send(1, "block:a");
        await().until(gate::hasQueuedThreads);
        gateway.cancel(9);
        assertEquals(9, gateway.awaitNotice().getCancelled().getRequest());
        gate.release();
        assertEquals("1 a", receive());
    }

    @Test
    void outOfMemoryEndsTheWorker() throws Exception {
        serve();
        send(1, "oom");
        assertEquals("java.lang.OutOfMemoryError", environment.awaitFailure().kind());
    }

    @Test
    void aConstructorThatThrowsIsTheFirstCause() throws Exception {
        start(ScriptedStage.Unmakable.class.getName());
        Failure failure = environment.awaitFailure();
        assertEquals("java.lang.IllegalStateException", failure.kind());
        assertEquals("no model file", failure.message());
        assertTrue(failure.stackTrace().contains("Unmakable.<init>"));
        assertEquals(
                "replica encode-1 of pipeline embed could not be opened",
                failure.consequence().orElseThrow().message());
        assertEquals(WorkerState.OPENING, actor.state());
    }

    @Test
    void stoppedItFinishesWhatWaitsAndClosesTheStage() throws Exception {
        serve();
        send(1, "block:a");
        await().until(gate::hasQueuedThreads);
        send(2, "upper:b");
        CompletableFuture<Void> stopped = actor.stop();
        send(3, "upper:c");
        assertEquals(
                "replica encode-1 is stopping",
                gateway.awaitNotice().getRefused().getWhy());
        gate.release();
        stopped.get(30, TimeUnit.SECONDS);
        assertEquals("1 a", receive());
        assertEquals("2 B", receive());
        assertEquals("embed/encode-1#1@node-1", System.getProperties().remove("orrery.test.closed"));
    }

    @Test
    void userCodeThatDoesNotEndIsInterruptedThenLeft() throws Exception {
        serve();
        send(1, "block:a");
        await().until(gate::hasQueuedThreads);
        CompletableFuture<Void> stopped = actor.stop();
        environment.timers().advance(Duration.ofSeconds(3));
        stopped.get(30, TimeUnit.SECONDS);
    }
}
