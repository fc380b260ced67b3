package dev.orrery.examples.actors;

import dev.orrery.ActorRef;
import dev.orrery.ActorStatus;
import dev.orrery.Orrery;
import dev.orrery.error.ActorRestartedException;
import dev.orrery.error.Failure;
import dev.orrery.examples.ExampleProgram;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * A service with state, called by several actors that find it by its name. Its worker is killed while they call: with
 * {@code callRetries} no call of theirs fails, as entering an amount twice changes nothing; the next life has none of the state,
 * which they see by its number, and enter what they had entered before once more. Without {@code callRetries} the call that was
 * under way fails and tells why.
 */
public final class ActorService {
    static final ExampleProgram EXAMPLE = new ExampleProgram(
            "actor-service",
            "a named actor with state that is killed while others call it, and goes on",
            ActorService::run);

    private static final String LEDGER = "ledger";
    private static final int CLERKS = 3;
    private static final int AMOUNTS = 120;
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Orrery orrery;
    private final Consumer<String> out;
    private final List<ActorRef<?>> started = new ArrayList<>();

    private ActorService(Orrery orrery, Consumer<String> out) {
        this.orrery = orrery;
        this.out = out;
    }

    private static void run(Orrery orrery, Consumer<String> out) {
        ActorService example = new ActorService(orrery, out);
        try {
            example.serveThroughARestart();
            example.failWithoutRetries();
        } finally {
            example.started.forEach(ActorRef::kill);
        }
    }

    private void serveThroughARestart() {
        ActorRef<Ledger> ledger = started(orrery.actor(Ledger::new)
                .name(LEDGER)
                .cpus(0.1)
                .restarts(1)
                .callRetries(3)
                .start());
        List<ActorRef<Clerk>> clerks = new ArrayList<>();
        for (int i = 0; i < CLERKS; i++) {
            clerks.add(started(orrery.actor(Clerk::new, "clerk-" + i).cpus(0.1).start()));
        }
        join(enter(clerks, 1, AMOUNTS / 2));
        requireAll(ledger, AMOUNTS / 2, 1);
        List<CompletableFuture<Integer>> second = enter(clerks, AMOUNTS / 2 + 1, AMOUNTS);
        awaitSize(ledger, CLERKS * AMOUNTS * 3 / 4);
        kill(ledger);
        join(second);
        join(clerks.stream().map(clerk -> clerk.call(Clerk::settle, LEDGER)).toList());
        requireAll(ledger, AMOUNTS, 2);
        ActorStatus status = ledger.status();
        ExampleProgram.require(status.incarnation() == 2, "it is in life " + status.incarnation());
        out.accept("  why there is a life 2: "
                + status.failure().map(Failure::summary).orElse("nobody knows"));
    }

    private <A> ActorRef<A> started(ActorRef<A> actor) {
        started.add(actor);
        return actor;
    }

    private static List<CompletableFuture<Integer>> enter(List<ActorRef<Clerk>> clerks, int first, int last) {
        return clerks.stream()
                .map(clerk -> clerk.within(PATIENCE).call(Clerk::enter, LEDGER, first, last))
                .toList();
    }

    private static void join(List<? extends CompletableFuture<?>> calls) {
        calls.forEach(CompletableFuture::join);
    }

    /** Asks again and again: each answer waits for its turn between the clerks' calls. */
    private static void awaitSize(ActorRef<Ledger> ledger, int size) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (ledger.call(Ledger::size).join() < size) {
            ExampleProgram.require(
                    System.nanoTime() < end, "the ledger has fewer than " + size + " amounts for a minute");
        }
    }

    private void kill(ActorRef<?> actor) {
        long pid = actor.status().pid();
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        out.accept("  killed the worker of " + actor + ", process " + pid);
    }

    /** That it has the amounts of all clerks, each once. */
    private void requireAll(ActorRef<Ledger> ledger, int amounts, long life) {
        int expected =
                CLERKS * IntStream.rangeClosed(1, amounts).map(Clerk::amount).sum();
        int size = ledger.call(Ledger::size).join();
        int total = ledger.call(Ledger::total).join();
        ExampleProgram.require(
                size == CLERKS * amounts && total == expected,
                "the ledger has %d amounts that make %d, not %d that make %d"
                        .formatted(size, total, CLERKS * amounts, expected));
        long answering = ledger.call(Ledger::life).join();
        ExampleProgram.require(answering == life, "life " + answering + " answers, not " + life);
        out.accept("  life %d has %d amounts of %d clerks, each once: %d".formatted(life, size, CLERKS, total));
    }

    private void failWithoutRetries() {
        ActorRef<Ledger> strict = started(
                orrery.actor(Ledger::new).name("strict").cpus(0.1).restarts(1).start());
        ExampleProgram.require(strict.call(Ledger::life).join() == 1, "it does not begin with life 1");
        CompletableFuture<Long> audit = strict.call(Ledger::audit);
        kill(strict);
        try {
            audit.join();
        } catch (CompletionException e) {
            ExampleProgram.require(
                    e.getCause() instanceof ActorRestartedException, "the call fails otherwise: " + e.getCause());
            out.accept("  without callRetries the call that was under way fails: "
                    + e.getCause().getMessage());
            ExampleProgram.require(strict.call(Ledger::life).join() == 2, "no life 2 follows");
            return;
        }
        ExampleProgram.require(false, "a call was repeated although nobody allowed it");
    }
}
