package dev.orrery.internal.rpc;

/**
 * Decides from what was sent and received whether to send a heartbeat or to give the peer up. When its own tick came late
 * this process was paused, and knows nothing about the peer's silence: the window starts anew.
 */
final class Liveness {
    enum Verdict {
        NOTHING,
        SEND_HEARTBEAT,
        PEER_IS_GONE
    }

    private final RpcLimits limits;
    private volatile long lastReceivedNanos;
    private volatile long lastSentNanos;
    private long lastTickNanos;

    Liveness(RpcLimits limits, long nowNanos) {
        this.limits = limits;
        this.lastReceivedNanos = nowNanos;
        this.lastSentNanos = nowNanos;
        this.lastTickNanos = nowNanos;
    }

    void received(long nowNanos) {
        lastReceivedNanos = nowNanos;
    }

    void sent(long nowNanos) {
        lastSentNanos = nowNanos;
    }

    Verdict tick(long nowNanos) {
        long sinceTick = nowNanos - lastTickNanos;
        lastTickNanos = nowNanos;
        if (sinceTick > limits.silenceLimit().toNanos() / 2) {
            lastReceivedNanos = nowNanos;
        }
        if (nowNanos - lastReceivedNanos > limits.silenceLimit().toNanos()) {
            return Verdict.PEER_IS_GONE;
        }
        boolean quiet = nowNanos - lastSentNanos > limits.heartbeatInterval().toNanos() / 2;
        return quiet ? Verdict.SEND_HEARTBEAT : Verdict.NOTHING;
    }
}
