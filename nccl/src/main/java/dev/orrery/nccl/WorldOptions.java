package dev.orrery.nccl;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.nccl.device.Gpu;
import java.time.Duration;
import java.util.Optional;

/**
 * How a process takes part in worlds.
 *
 * @param bind where the data port listens; port 0: any free port
 * @param advertisedHost what peers are told to connect to; empty: the host of {@code bind}
 * @param heartbeatInterval how often each end of a control link says that it lives
 * @param silenceLimit after how long without a sign of life a peer's worlds break
 * @param maxTensorBytes the largest tensor that is sent or received
 * @param operationTimeout how long a transfer for which both sides are ready may stand still
 * @param leaveTimeout how long leaving a world may take, flushing included
 * @param ioThreads for all worlds together
 * @param host how the members of HOST worlds reach each other
 * @param gpu the device of this process's members of NCCL worlds; empty: it can be in none. Closed by who opened it, after
 *     the worlds
 * @param abortTimeout how long NCCL may take to give a broken world up; then this process has to end
 */
public record WorldOptions(
        HostPort bind,
        String advertisedHost,
        Duration heartbeatInterval,
        Duration silenceLimit,
        long maxTensorBytes,
        Duration operationTimeout,
        Duration leaveTimeout,
        int ioThreads,
        HostOptions host,
        Optional<Gpu> gpu,
        Duration abortTimeout) {

    public WorldOptions {
        require(isPositive(heartbeatInterval), "the heartbeat interval must be positive");
        require(
                silenceLimit.compareTo(heartbeatInterval.multipliedBy(2)) >= 0,
                "the silence limit must be at least two heartbeat intervals");
        require(maxTensorBytes > 0, "the largest tensor must have at least one byte");
        require(isPositive(operationTimeout), "the operation timeout must be positive");
        require(isPositive(leaveTimeout), "the leave timeout must be positive");
        require(isPositive(abortTimeout), "the abort timeout must be positive");
        require(ioThreads > 0, "there must be an I/O thread");
    }

    private static boolean isPositive(Duration duration) {
        return !duration.isNegative() && !duration.isZero();
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw OrreryException.of(ErrorCode.INVALID_ARGUMENT, otherwise);
        }
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects options; each has a default. */
    public static final class Builder {
        private HostPort bind = new HostPort("127.0.0.1", 0);
        private String advertisedHost = "";
        private Duration heartbeatInterval = Duration.ofMillis(500);
        private Duration silenceLimit = Duration.ofSeconds(2);
        private long maxTensorBytes = 1L << 30;
        private Duration operationTimeout = Duration.ofSeconds(30);
        private Duration leaveTimeout = Duration.ofSeconds(2);
        private int ioThreads = 2;
        private HostOptions host = HostOptions.defaults();
        private Optional<Gpu> gpu = Optional.empty();
        private Duration abortTimeout = Duration.ofSeconds(10);

        private Builder() {}

        public Builder bind(HostPort value) {
            this.bind = value;
            return this;
        }

        public Builder advertisedHost(String value) {
            this.advertisedHost = value;
            return this;
        }

        public Builder heartbeatInterval(Duration value) {
            this.heartbeatInterval = value;
            return this;
        }

        public Builder silenceLimit(Duration value) {
            this.silenceLimit = value;
            return this;
        }

        public Builder maxTensorBytes(long value) {
            this.maxTensorBytes = value;
            return this;
        }

        public Builder operationTimeout(Duration value) {
            this.operationTimeout = value;
            return this;
        }

        public Builder leaveTimeout(Duration value) {
            this.leaveTimeout = value;
            return this;
        }

        public Builder ioThreads(int value) {
            this.ioThreads = value;
            return this;
        }

        public Builder host(HostOptions value) {
            this.host = value;
            return this;
        }

        public Builder gpu(Gpu value) {
            this.gpu = Optional.of(value);
            return this;
        }

        public Builder abortTimeout(Duration value) {
            this.abortTimeout = value;
            return this;
        }

        public WorldOptions build() {
            return new WorldOptions(
                    bind,
                    advertisedHost.isBlank() ? bind.host() : advertisedHost,
                    heartbeatInterval,
                    silenceLimit,
                    maxTensorBytes,
                    operationTimeout,
                    leaveTimeout,
                    ioThreads,
                    host,
                    gpu,
                    abortTimeout);
        }
    }
}
