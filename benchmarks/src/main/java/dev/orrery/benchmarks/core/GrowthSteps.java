package dev.orrery.benchmarks.core;

import dev.orrery.ActorRef;
import dev.orrery.Orrery;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.IntFunction;

/** Each of {@link GrowthTest}, step by step; this process is the driver. For one thread. */
final class GrowthSteps {
    private static final int MOST = 4;
    private static final int CALLS = 2_000;
    private static final int TASKS = 2_000;

    private final List<ActorRef<EchoActor>> servers = new ArrayList<>();
    private final List<ActorRef<ClientActor>> clients = new ArrayList<>();

    GrowthSteps(Orrery orrery) {
        for (int i = 0; i < MOST; i++) {
            servers.add(orrery.actor(EchoActor::new)
                    .cpus(0)
                    .maxPendingCalls(MOST * CALLS)
                    .start());
            clients.add(orrery.actor(ClientActor::new).cpus(0).start());
        }
    }

    /** Does one step of it and returns how many calls that were. */
    double step(GrowthTest test) throws IOException, InterruptedException {
        int size = test.size();
        return switch (test.kind()) {
            case CALLERS ->
                clients(size, CALLS, i -> clients.get(i).call(ClientActor::callAll, List.of(servers.get(i)), CALLS));
            case ACTORS ->
                clients(1, CALLS, i -> clients.get(0)
                        .call(ClientActor::callAll, List.copyOf(servers.subList(0, size)), CALLS / size));
            case SUBMITTERS -> clients(size, TASKS, i -> clients.get(i).call(ClientActor::submit, TASKS));
            case PAYLOAD -> {
                byte[] back = result(servers.get(0).call(EchoActor::same, new byte[size]));
                require(size, back.length);
                yield 1;
            }
        };
    }

    private static double clients(int count, int each, IntFunction<CompletableFuture<Integer>> begin)
            throws IOException, InterruptedException {
        List<CompletableFuture<Integer>> open = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            open.add(begin.apply(i));
        }
        for (CompletableFuture<Integer> one : open) {
            require(each, result(one));
        }
        return (double) count * each;
    }

    private static <T> T result(CompletableFuture<T> call) throws IOException, InterruptedException {
        try {
            return call.get();
        } catch (ExecutionException e) {
            throw new IOException("a client failed: " + e.getCause().getMessage(), e);
        }
    }

    private static void require(int expected, int found) throws IOException {
        if (found != expected) {
            throw new IOException("answered with " + found + ", not " + expected);
        }
    }
}
