package dev.orrery.benchmarks.core;

import dev.orrery.ActorRef;
import dev.orrery.Orrery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Starts many shareable actors by a client of their own, with whose end they end. */
final class ActorCrowd {
    /** Each start waits for its answer. */
    private static final int STARTERS = 32;

    private static final double NANOS = 1e9;
    private static final long BYTES_OF_KILOBYTE = 1_024;

    private final Orrery orrery;

    ActorCrowd(Orrery orrery) {
        this.orrery = orrery;
    }

    /** @param limit beyond which it fails */
    ManyActors start(int count, Duration limit) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        List<CompletableFuture<List<ActorRef<CrowdActor>>>> starters = new ArrayList<>();
        for (int i = 0; i < STARTERS; i++) {
            int first = i;
            starters.add(CompletableFuture.supplyAsync(
                    () -> startSome(first, count), work -> new Thread(work, "starter-" + first).start()));
        }
        List<ActorRef<CrowdActor>> actors = new ArrayList<>();
        for (CompletableFuture<List<ActorRef<CrowdActor>>> starter : starters) {
            actors.addAll(result(starter, limit));
        }
        double perSecond = count * NANOS / (System.nanoTime() - begin);
        long numbers = 0;
        for (CompletableFuture<Integer> call :
                actors.stream().map(actor -> actor.call(CrowdActor::number)).toList()) {
            numbers += result(call, limit);
        }
        if (numbers != (long) count * (count - 1) / 2) {
            throw new IOException("many actors: not each of them has its own state");
        }
        Set<Long> processes = new HashSet<>();
        List<CompletableFuture<Long>> calls =
                actors.stream().map(actor -> actor.call(CrowdActor::pid)).toList();
        for (CompletableFuture<Long> call : calls) {
            processes.add(result(call, limit));
        }
        long bytes = 0;
        for (long pid : processes) {
            bytes += bytes(pid);
        }
        return new ManyActors(count, perSecond, (double) bytes / count);
    }

    private List<ActorRef<CrowdActor>> startSome(int first, int count) {
        List<ActorRef<CrowdActor>> some = new ArrayList<>();
        for (int i = first; i < count; i += STARTERS) {
            some.add(orrery.actor(CrowdActor::new, i).shareable().start());
        }
        return some;
    }

    private static <T> T result(CompletableFuture<T> future, Duration limit) throws IOException, InterruptedException {
        try {
            return future.get(limit.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("many actors: " + e, e);
        }
    }

    /** Its share of the memory. */
    private static long bytes(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(pid), "smaps_rollup")).stream()
                .filter(line -> line.startsWith("Pss:"))
                .mapToLong(line -> Long.parseLong(line.strip().split("\\s+", -1)[1]) * BYTES_OF_KILOBYTE)
                .sum();
    }
}
