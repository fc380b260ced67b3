package dev.orrery.internal.client;

import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.RpcClient;
import dev.orrery.internal.rpc.RpcConnection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Connections with workers that host many actors: one for all of them, which lasts until either process ends it, or none uses it any
 * more. Thread-safe.
 */
final class SharedConnections {
    /** Who hosts them, and where. */
    private record Worker(String name, HostPort address) {}

    /** One connection, being made or there, and who uses it or is going to. */
    private static final class Shared {
        private final CompletableFuture<RpcConnection> dialling;
        private final Set<Use> uses = new HashSet<>();

        Shared(CompletableFuture<RpcConnection> dialling) {
            this.dialling = dialling;
        }
    }

    /** Of one user. */
    final class Use {
        private final Worker worker;
        private final Shared shared;
        private Runnable onClosed = () -> {};

        private Use(Worker worker, Shared shared) {
            this.worker = worker;
            this.shared = shared;
        }

        CompletableFuture<RpcConnection> connection() {
            return shared.dialling;
        }

        /** Runs it once the connection has ended, unless this use has before. */
        void onClosed(Runnable action) {
            boolean ended;
            synchronized (workers) {
                onClosed = action;
                ended = !shared.uses.contains(this);
            }
            if (ended) {
                action.run();
            }
        }

        /** Idempotent. */
        void end() {
            release(this);
        }
    }

    private final RpcClient rpc;
    private final Map<Worker, Shared> workers = new HashMap<>();

    SharedConnections(RpcClient rpc) {
        this.rpc = rpc;
    }

    /** @param name that the worker answers by */
    Use use(String name, HostPort address) {
        Worker worker = new Worker(name, address);
        Use use;
        boolean isNew;
        synchronized (workers) {
            Shared before = workers.get(worker);
            isNew = before == null || !Dials.isUsable(before.dialling);
            Shared shared = isNew ? new Shared(new CompletableFuture<>()) : before;
            workers.put(worker, shared);
            use = new Use(worker, shared);
            shared.uses.add(use);
        }
        if (isNew) {
            dial(use);
        }
        return use;
    }

    private void dial(Use first) {
        Dials.worker(rpc, first.worker.address(), first.worker.name(), "shared worker " + first.worker.name())
                .whenComplete((connection, failure) -> {
                    if (failure != null) {
                        drop(first.worker, first.shared);
                        first.shared.dialling.completeExceptionally(failure);
                    } else {
                        first.shared.dialling.complete(connection);
                        connection.closed().thenAccept(why -> drop(first.worker, first.shared));
                    }
                });
    }

    private void drop(Worker worker, Shared over) {
        Set<Use> uses;
        synchronized (workers) {
            workers.remove(worker, over);
            uses = Set.copyOf(over.uses);
            over.uses.clear();
        }
        uses.forEach(use -> use.onClosed.run());
    }

    private void release(Use use) {
        boolean last;
        synchronized (workers) {
            last = use.shared.uses.remove(use) && use.shared.uses.isEmpty();
            if (last) {
                workers.remove(use.worker, use.shared);
            }
        }
        if (last) {
            use.shared.dialling.thenAccept(RpcConnection::close);
        }
    }
}
