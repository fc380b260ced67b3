package dev.orrery.worker.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorCallRequest;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.KillActorRequest;
import dev.orrery.internal.proto.KillActorResponse;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.testing.TestingConnection;
import dev.orrery.worker.actor.CallQueue.Admission;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class ActorExitTest {
    private static final TestingConnection DRIVER = new TestingConnection(PeerRole.DRIVER, "driver");
    private static final ActorLife ME =
            ActorLife.newBuilder().setActor("me").setIncarnation(1).build();

    private final CallQueue queue = new CallQueue(10, new QueuedBytes(1 << 20), 1);
    private final List<KillActorRequest> heard = new ArrayList<>();
    private final Queue<ErrorCode> refusals = new ArrayDeque<>();
    private boolean stopping;
    private final ActorExit exit =
            new ActorExit(ME, queue, new CallErrors("me", ME, "host", "log"), this::leader, () -> stopping);

    private KillActorResponse leader(KillActorRequest wish) {
        heard.add(wish);
        ErrorCode refusal = refusals.poll();
        if (refusal != null) {
            throw OrreryException.of(refusal, "not now");
        }
        return KillActorResponse.getDefaultInstance();
    }

    @Test
    void nothingBeginsAnyMoreAndTheLeaderHearsOfItOnce() {
        PendingCall waiting = new PendingCall(DRIVER, ActorCallRequest.getDefaultInstance());
        queue.offer(waiting);
        exit.request();
        exit.request();
        assertTrue(waiting.response().isCompletedExceptionally());
        assertEquals(Admission.CLOSED, queue.offer(new PendingCall(DRIVER, ActorCallRequest.getDefaultInstance())));
        exit.tellLeader();
        assertEquals(
                List.of(KillActorRequest.newBuilder()
                        .setActor("me")
                        .setByItself(true)
                        .build()),
                heard);
    }

    @Test
    void aLeaderThatIsNotThereIsAskedAgainUntilTheWorkerStops() {
        exit.request();
        refusals.addAll(List.of(ErrorCode.UNAVAILABLE, ErrorCode.CANCELLED));
        exit.tellLeader();
        assertEquals(2, heard.size());
    }

    @Test
    void anActorThatEndsOtherwiseTellsNobody() {
        exit.tellLeader();
        exit.request();
        stopping = true;
        exit.tellLeader();
        assertEquals(List.of(), heard);
    }
}
