package dev.orrery.examples.actors;

import dev.orrery.ActorPool;
import dev.orrery.ActorPoolOptions;
import dev.orrery.ActorRef;
import dev.orrery.Orrery;
import dev.orrery.Pipeline;
import dev.orrery.PipelineRef;
import dev.orrery.error.ActorDeadException;
import dev.orrery.examples.ExampleProgram;
import dev.orrery.tensor.Tensors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A pool of actors behind a pipeline: what the pipeline answers is handed to whichever actor has the least to do. One of them is
 * killed on the way: the others take what it had not begun; what it may have run fails, and as scoring changes nothing this
 * program asks once more. Every score is checked.
 */
public final class PooledScoring {
    static final ExampleProgram EXAMPLE = new ExampleProgram(
            "actor-pool",
            "hands the answers of a pipeline to a pool of actors, one of which is killed",
            PooledScoring::run);

    private static final int SCORERS = 3;
    private static final int TEXTS = 300;
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final ActorPool<Scorer> pool;
    private final AtomicInteger repeated = new AtomicInteger();

    private PooledScoring(ActorPool<Scorer> pool) {
        this.pool = pool;
    }

    private static void run(Orrery orrery, Consumer<String> out) {
        List<ActorRef<Scorer>> scorers = new ArrayList<>();
        PipelineRef tidy = orrery.deploy(Pipeline.named("tidy")
                .stage("tidy", Tidy::new, stage -> stage.cpus(0.1))
                .build());
        try {
            for (int i = 0; i < SCORERS; i++) {
                scorers.add(orrery.actor(Scorer::new, "scorer-" + i).cpus(0.1).start());
            }
            ActorPoolOptions options = ActorPoolOptions.builder()
                    .callsPerActor(2)
                    .deadline(PATIENCE)
                    .build();
            new PooledScoring(ActorPool.of(scorers, options)).run(tidy, scorers.get(0), out);
        } finally {
            scorers.forEach(ActorRef::kill);
            tidy.undeploy();
        }
    }

    private void run(PipelineRef tidy, ActorRef<Scorer> victim, Consumer<String> out) {
        List<String> texts = IntStream.range(0, TEXTS)
                .mapToObj(i -> "  Text NO. %d, of %d -- and %d more!".formatted(i, TEXTS, TEXTS - i - 1))
                .toList();
        List<CompletableFuture<Scorer.Score>> scores =
                texts.stream().map(text -> score(tidy, text)).toList();
        scores.subList(0, TEXTS / 3).forEach(CompletableFuture::join);
        long pid = victim.status().pid();
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        out.accept("  killed the worker of " + victim + ", process " + pid);
        check(texts, scores.stream().map(CompletableFuture::join).toList());
        out.accept("  %d texts went through the pipeline to %s; right, %d of them were asked twice"
                .formatted(TEXTS, shares(scores), repeated.get()));
        check(texts, pool.map(Scorer::score, texts.stream().map(Tidy::tidied).toList(), PATIENCE));
        ExampleProgram.require(
                !pool.actors().contains(victim) && pool.actors().size() == SCORERS - 1,
                "the pool goes on with " + pool.actors());
        out.accept("  the %d that are left score all of them once more, by map".formatted(SCORERS - 1));
    }

    private CompletableFuture<Scorer.Score> score(PipelineRef tidy, String text) {
        CompletableFuture<Tensors> answer;
        try (Tensors request = Tensors.of(Tidy.TEXT, text)) {
            answer = tidy.infer(request, PATIENCE);
        }
        return answer.thenCompose(tensors -> {
            try (tensors) {
                return score(tensors.get(Tidy.TEXT).toStrings().get(0));
            }
        });
    }

    private CompletableFuture<Scorer.Score> score(String tidied) {
        return pool.call(Scorer::score, tidied).exceptionallyCompose(failure -> {
            if (failure instanceof ActorDeadException dead && dead.mayHaveRun()) {
                repeated.incrementAndGet();
                return score(tidied);
            }
            return CompletableFuture.failedFuture(failure);
        });
    }

    private static void check(List<String> texts, List<Scorer.Score> scores) {
        Scorer here = new Scorer("here");
        for (int i = 0; i < texts.size(); i++) {
            long expected = here.value(Tidy.tidied(texts.get(i)));
            ExampleProgram.require(
                    scores.get(i).value() == expected,
                    "text %d was scored %s, not %d".formatted(i, scores.get(i), expected));
        }
    }

    private static String shares(List<CompletableFuture<Scorer.Score>> scores) {
        Map<String, Long> shares = scores.stream()
                .collect(Collectors.groupingBy(score -> score.join().scorer(), TreeMap::new, Collectors.counting()));
        return shares.entrySet().stream()
                .map(share -> share.getKey() + " (" + share.getValue() + ")")
                .collect(Collectors.joining(", "));
    }
}
