package dev.orrery.internal.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.orrery.internal.rpc.Liveness.Verdict;
import dev.orrery.testing.TestingClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LivenessTest {
    private static final Duration TICK = Duration.ofMillis(500);

    private final TestingClock clock = new TestingClock();
    private final Liveness liveness = new Liveness(RpcLimits.defaults(), clock.nanoTime());

    private Verdict tickAfter(Duration time) {
        clock.advance(time);
        return liveness.tick(clock.nanoTime());
    }

    private Verdict tickWhileHeard() {
        clock.advance(TICK);
        liveness.received(clock.nanoTime());
        return liveness.tick(clock.nanoTime());
    }

    @Test
    void heartbeatOnlyWhenNothingElseWasSent() {
        assertEquals(Verdict.SEND_HEARTBEAT, tickWhileHeard());
        liveness.sent(clock.nanoTime());
        assertEquals(Verdict.SEND_HEARTBEAT, tickWhileHeard());
        clock.advance(Duration.ofMillis(400));
        liveness.sent(clock.nanoTime());
        assertEquals(Verdict.NOTHING, tickAfter(Duration.ofMillis(100)));
    }

    @Test
    void silentForLongerThanTheLimitIsGone() {
        for (int i = 0; i < 4; i++) {
            assertEquals(Verdict.SEND_HEARTBEAT, tickAfter(TICK));
        }
        assertEquals(Verdict.PEER_IS_GONE, tickAfter(TICK));
    }

    @Test
    void ownPauseIsNotThePeersSilence() {
        assertEquals(Verdict.SEND_HEARTBEAT, tickAfter(Duration.ofSeconds(60)));
        for (int i = 0; i < 4; i++) {
            assertEquals(Verdict.SEND_HEARTBEAT, tickAfter(TICK));
        }
        assertEquals(Verdict.PEER_IS_GONE, tickAfter(TICK));
    }

    @Test
    void tickThatIsLateByLessThanHalfTheLimitCounts() {
        assertEquals(Verdict.SEND_HEARTBEAT, tickAfter(Duration.ofSeconds(1)));
        assertEquals(Verdict.SEND_HEARTBEAT, tickAfter(Duration.ofSeconds(1)));
        assertEquals(Verdict.PEER_IS_GONE, tickAfter(Duration.ofMillis(1)));
    }
}
