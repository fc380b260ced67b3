package dev.orrery;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.auth.ClusterSecret;
import dev.orrery.internal.auth.SecretFile;
import dev.orrery.internal.client.ClusterClient;
import dev.orrery.internal.client.Deployment;
import dev.orrery.internal.rpc.HostPort;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** A connection to a cluster. Thread-safe; make one for a process and close it at the end. */
public final class Orrery implements AutoCloseable {
    private static final Duration DEPLOY_TIMEOUT = Duration.ofMinutes(3);
    private static final String SECRET_VARIABLE = "ORRERY_SECRET_FILE";

    private final ClusterClient client;
    private final Duration callTimeout;

    private Orrery(ClusterClient client, Duration callTimeout) {
        this.client = client;
        this.callTimeout = callTimeout;
    }

    /** Connects to {@code orrery://host:port,host:port} with the secret that {@code ORRERY_SECRET_FILE} names. */
    public static Orrery connect(String address) {
        return connect(OrreryOptions.parse(address));
    }

    /** Does not wait for a head: the first call does. Throws INVALID_CONFIG when there is no secret. */
    public static Orrery connect(OrreryOptions options) {
        ClusterSecret secret = SecretFile.read(options.secretFile()
                .or(Orrery::environmentSecret)
                .orElseThrow(() -> OrreryException.of(
                        ErrorCode.INVALID_CONFIG,
                        "no cluster secret: set secretFile in the options or the variable " + SECRET_VARIABLE)));
        return new Orrery(
                ClusterClient.open(
                        secret, options.heads().stream().map(HostPort::parse).toList()),
                options.callTimeout());
    }

    private static Optional<Path> environmentSecret() {
        return Optional.ofNullable(System.getenv(SECRET_VARIABLE)).map(Path::of);
    }

    /** As {@link #deploy(Pipeline, Duration)}, for three minutes. */
    public PipelineRef deploy(Pipeline pipeline) {
        return deploy(pipeline, DEPLOY_TIMEOUT);
    }

    /**
     * Ships the pipeline's jars, starts its workers, and waits until it is RUNNING. Throws ALREADY_EXISTS,
     * DOES_NOT_FIT (with need and free per node), START_FAILED (a stage could not be constructed or opened: first cause
     * first) or DEADLINE_EXCEEDED; a pipeline that did not come up is taken away again.
     */
    public PipelineRef deploy(Pipeline pipeline, Duration timeout) {
        return new Deployment(client, callTimeout).deploy(pipeline, timeout);
    }

    /** A pipeline that was deployed before, here or elsewhere. Does not ask whether it exists; its first use does. */
    public PipelineRef pipeline(String name) {
        return new Deployment(client, callTimeout).pipeline(name);
    }

    /** Ends the connections; requests that wait fail with CANCELLED. Pipelines go on. Idempotent. */
    @Override
    public void close() {
        client.close();
    }
}
