package dev.orrery.worker.actor;

import dev.orrery.internal.lifecycle.NamedThreads;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.store.ValueStore;
import dev.orrery.internal.transfer.ObjectExchange;
import dev.orrery.worker.ActorEnvironment;
import dev.orrery.worker.launch.LaunchSpec;
import java.util.concurrent.CompletableFuture;

/**
 * The large values of a worker: what it fetches from other hosts and gives to them, and results that it keeps for their owners.
 */
record WorkerObjects(ObjectExchange exchange, KeptResults results) {
    static WorkerObjects of(ActorEnvironment environment) {
        LaunchSpec launch = environment.launch();
        ObjectExchange exchange = new ObjectExchange(
                new ObjectExchange.Settings(
                        environment.identity(),
                        new HostPort(launch.bindHost(), 0),
                        launch::host,
                        "worker %s on node %s".formatted(environment.life().getActor(), launch.node())),
                new ValueStore(launch.worlds().hostId()));
        return new WorkerObjects(exchange, new KeptResults(exchange, environment.timers()));
    }

    /** Closing waits for the sockets, so it has a thread of its own. */
    CompletableFuture<Void> close() {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        new NamedThreads("exchange-close")
                .newThread(() -> {
                    exchange.close();
                    closed.complete(null);
                })
                .start();
        return closed;
    }
}
