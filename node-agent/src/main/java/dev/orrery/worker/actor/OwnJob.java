package dev.orrery.worker.actor;

import dev.orrery.Orrery;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.auth.SecretFile;
import dev.orrery.internal.client.ClusterClient;
import dev.orrery.internal.client.OrreryAccess;
import dev.orrery.internal.lifecycle.NamedThreads;
import dev.orrery.internal.names.NameRules;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.task.ObjectReferences;
import dev.orrery.internal.transfer.ObjectExchange;
import dev.orrery.worker.ActorEnvironment;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The actor as a driver: a job of its own, for what it starts and calls itself, from the first use to its end. Thread-safe. */
final class OwnJob {
    private final ActorEnvironment environment;
    private final ObjectExchange exchange;
    private Optional<ClusterClient> client = Optional.empty();
    private Optional<Orrery> orrery = Optional.empty();
    private boolean closed;

    /** @param exchange of the worker's large values */
    OwnJob(ActorEnvironment environment, ObjectExchange exchange) {
        this.environment = environment;
        this.exchange = exchange;
    }

    synchronized Orrery orrery() {
        if (orrery.isEmpty()) {
            orrery = Optional.of(OrreryAccess.around(client()));
        }
        return orrery.get();
    }

    synchronized ClusterClient client() {
        if (closed) {
            throw OrreryException.of(
                    ErrorCode.CANCELLED,
                    "actor " + environment.desired().getLabel() + " ends, and asks nothing of the cluster any more");
        }
        if (client.isEmpty()) {
            client = Optional.of(open());
        }
        return client.get();
    }

    private ClusterClient open() {
        List<HostPort> heads = environment.heads();
        if (heads.isEmpty()) {
            throw OrreryException.of(
                    ErrorCode.UNAVAILABLE,
                    "the agent of node " + environment.launch().node() + " has not told where the heads are");
        }
        return ClusterClient.open(new ClusterClient.Settings(
                SecretFile.read(environment.launch().secretFile()),
                heads,
                ClusterClient.DEFAULT_CALL_TIMEOUT,
                environment.launch().artifacts(),
                "actor " + environment.desired().getLabel(),
                namespace(),
                new ClusterClient.Storage.OfProcess(exchange),
                ObjectReferences::types));
    }

    /** Where the names are that this actor gives and finds: that of its own. */
    String namespace() {
        String given = environment.desired().getSpec().getActor().getNamespace();
        return given.isEmpty() ? NameRules.DEFAULT_NAMESPACE : given;
    }

    /** Idempotent. It may have to look for a leader for a while, so it has a thread of its own. */
    synchronized CompletableFuture<Void> close() {
        boolean over = closed || client.isEmpty();
        closed = true;
        CompletableFuture<Void> ended = new CompletableFuture<>();
        if (over) {
            ended.complete(null);
        } else {
            ClusterClient last = client.get();
            Optional<Orrery> around = orrery;
            new NamedThreads("actor-job-close")
                    .newThread(() -> {
                        try {
                            around.ifPresentOrElse(Orrery::close, last::close);
                        } finally {
                            ended.complete(null);
                        }
                    })
                    .start();
        }
        return ended;
    }
}
