package dev.orrery.head.control;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.reconcile.Draft;
import dev.orrery.internal.rpc.ErrorCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Changes that clients ask for, until they are committed or their time is over. */
final class Mutations {
    private static final class Mutation<R> {
        private final String what;
        private final Function<Draft, R> change;
        private final CompletableFuture<R> answer = new CompletableFuture<>();
        private final long askedNanos;
        private R outcome;

        Mutation(String what, Function<Draft, R> change, long askedNanos) {
            this.what = what;
            this.change = change;
            this.askedNanos = askedNanos;
        }

        /** False when the change is refused; then it is answered. */
        boolean apply(Draft draft) {
            try {
                outcome = change.apply(draft);
                return true;
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
                return false;
            }
        }

        void complete() {
            answer.complete(outcome);
        }
    }

    private final List<Mutation<?>> waiting = new ArrayList<>();

    /** @param change writes into the draft, or throws and writes nothing; may be applied to several drafts */
    <R> CompletableFuture<R> add(String what, Function<Draft, R> change, long nowNanos) {
        Mutation<R> mutation = new Mutation<>(what, change, nowNanos);
        waiting.add(mutation);
        return mutation.answer;
    }

    /** In the order in which they were asked. */
    void applyTo(Draft draft) {
        waiting.removeIf(mutation -> !mutation.apply(draft));
    }

    /** What was applied is committed. */
    void committed() {
        List<Mutation<?>> done = List.copyOf(waiting);
        waiting.clear();
        done.forEach(Mutation::complete);
    }

    /** @param store who is waited for */
    void expire(Duration timeout, String store, long nowNanos) {
        waiting.removeIf(mutation -> {
            boolean over = nowNanos - mutation.askedNanos > timeout.toNanos();
            if (over) {
                mutation.answer.completeExceptionally(OrreryException.of(
                        ErrorCode.STORE_UNAVAILABLE,
                        "'%s' waited %d ms for %s".formatted(mutation.what, timeout.toMillis(), store)));
            }
            return over;
        });
    }

    /** What of it was committed is not known. */
    void failAll(OrreryException why) {
        List<Mutation<?>> failed = List.copyOf(waiting);
        waiting.clear();
        failed.forEach(mutation -> mutation.answer.completeExceptionally(ErrorCodec.inDoubt(why)));
    }
}
