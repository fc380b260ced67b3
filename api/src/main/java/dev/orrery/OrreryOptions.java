package dev.orrery;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.names.NameRules;
import dev.orrery.internal.time.UserDurations;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * How to reach a cluster.
 *
 * @param heads {@code host:port} of its heads; the leader is found among them
 * @param secretFile the cluster's secret; empty: the file that the variable {@code ORRERY_SECRET_FILE} names
 * @param callTimeout for each call to the leader
 * @param gatewayTimeout how long a request to {@link Orrery#pipeline} that has no deadline looks for a gateway; one that a
 *     gateway may have accepted is the gateway's, which ends it by the pipeline's own deadline
 * @param workerOutput where the lines go that workers print; empty: nowhere but to their logs, and nobody asks for them
 * @param namespace in which names of actors are given and found, unless another one is named
 * @param objectAddress {@code host:port} at which other hosts reach this process to fetch large objects; it listens there, on all
 *     interfaces, once one is wanted. Port 0: any. Empty: any port, at the address that this host has on its way to the heads. Where that
 *     cannot be dialled, as behind NAT, objects go to other hosts in messages instead, of at most 60 MB
 */
public record OrreryOptions(
        List<String> heads,
        Optional<Path> secretFile,
        Duration callTimeout,
        Duration gatewayTimeout,
        Optional<WorkerOutput> workerOutput,
        String namespace,
        Optional<String> objectAddress) {
    /** The namespace of all that name no other. */
    public static final String DEFAULT_NAMESPACE = NameRules.DEFAULT_NAMESPACE;

    static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

    private static final String SCHEME = "orrery://";

    public OrreryOptions {
        heads = List.copyOf(heads);
        if (heads.isEmpty() || heads.stream().anyMatch(head -> !head.matches(".+:\\d{1,5}"))) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT, "name heads as orrery://host:port,host:port, not " + heads);
        }
        objectAddress.filter(address -> !address.matches(".+:\\d{1,5}")).ifPresent(address -> {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT, "write the objectAddress as host:port, not '" + address + "'");
        });
        UserDurations.checked("callTimeout", callTimeout);
        UserDurations.checked("gatewayTimeout", gatewayTimeout);
        NameRules.wrong("a namespace", namespace).ifPresent(wrong -> {
            throw OrreryException.of(ErrorCode.INVALID_ARGUMENT, wrong);
        });
    }

    /** Reads {@code orrery://host:port,host:port}. */
    public static OrreryOptions parse(String address) {
        if (!address.startsWith(SCHEME)) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT,
                    "not an address: '" + address + "'; write orrery://host:port,host:port");
        }
        return builder()
                .heads(Arrays.asList(address.substring(SCHEME.length()).split(",", -1)))
                .build();
    }

    public static Builder builder() {
        return new Builder();
    }

    public Builder toBuilder() {
        Builder builder = new Builder()
                .heads(heads)
                .callTimeout(callTimeout)
                .gatewayTimeout(gatewayTimeout)
                .namespace(namespace);
        secretFile.ifPresent(builder::secretFile);
        workerOutput.ifPresent(builder::workerOutput);
        objectAddress.ifPresent(builder::objectAddress);
        return builder;
    }

    /** Collects the options. */
    public static final class Builder {
        private List<String> heads = List.of();
        private Optional<Path> secretFile = Optional.empty();
        private Duration callTimeout = DEFAULT_TIMEOUT;
        private Duration gatewayTimeout = DEFAULT_TIMEOUT;
        private Optional<WorkerOutput> workerOutput = Optional.empty();
        private String namespace = DEFAULT_NAMESPACE;
        private Optional<String> objectAddress = Optional.empty();

        private Builder() {}

        public Builder heads(List<String> values) {
            heads = values;
            return this;
        }

        public Builder secretFile(Path file) {
            secretFile = Optional.of(file);
            return this;
        }

        /** Default 30 s. */
        public Builder callTimeout(Duration value) {
            callTimeout = value;
            return this;
        }

        /** Default 30 s. */
        public Builder gatewayTimeout(Duration value) {
            gatewayTimeout = value;
            return this;
        }

        /** Default: none. */
        public Builder workerOutput(WorkerOutput value) {
            workerOutput = Optional.of(Given.given("workerOutput", value));
            return this;
        }

        /**
         * Drivers with different namespaces do not meet: each may have an actor of the same name, and finds its own. It goes along
         * with what is started: actors and tasks look in that of their driver. 1 to 64 letters, digits, dots, underscores and dashes,
         * a letter or digit at both ends. Default {@value #DEFAULT_NAMESPACE}.
         */
        public Builder namespace(String value) {
            namespace = Given.given("the namespace", value);
            return this;
        }

        /** Default: any port, at the address that this host has on its way to the heads. */
        public Builder objectAddress(String value) {
            objectAddress = Optional.of(Given.given("objectAddress", value));
            return this;
        }

        public OrreryOptions build() {
            return new OrreryOptions(
                    heads, secretFile, callTimeout, gatewayTimeout, workerOutput, namespace, objectAddress);
        }
    }
}
