package dev.orrery.internal.rpc;

import java.time.Duration;

/**
 * Bounds of a connection.
 *
 * @param maxFrameBytes larger messages are refused by the sender, and end the connection at the receiver
 * @param heartbeatInterval how often something is sent at least
 * @param silenceLimit a peer that sends nothing for so long is gone
 * @param handshakeTimeout from the connection to the checked proof
 */
public record RpcLimits(
        int maxFrameBytes, Duration heartbeatInterval, Duration silenceLimit, Duration handshakeTimeout) {
    private static final RpcLimits DEFAULTS =
            new RpcLimits(64 << 20, Duration.ofMillis(500), Duration.ofSeconds(2), Duration.ofSeconds(5));

    public static RpcLimits defaults() {
        return DEFAULTS;
    }
}
