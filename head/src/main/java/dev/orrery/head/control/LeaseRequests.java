package dev.orrery.head.control;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.reconcile.ClusterState;
import dev.orrery.head.reconcile.ExclusiveLeases;
import dev.orrery.internal.proto.RenewLeaseRequest;
import dev.orrery.internal.proto.RenewLeaseResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Who asks for a lease of an exclusive actor. Many are granted by one proof that this head leads. */
final class LeaseRequests {
    /** A proof is a write in ZooKeeper, so there are only so many. */
    private static final Duration BETWEEN_PROOFS = Duration.ofMillis(200);

    /** Its worker has asked again by then. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private record Asked(RenewLeaseRequest request, long askedNanos, CompletableFuture<RenewLeaseResponse> answer) {}

    private final List<Asked> waiting = new ArrayList<>();
    private Optional<Long> provedNanos = Optional.empty();

    CompletableFuture<RenewLeaseResponse> add(RenewLeaseRequest request, long nowNanos) {
        Asked asked = new Asked(request, nowNanos, new CompletableFuture<>());
        waiting.add(asked);
        return asked.answer();
    }

    /** Whether a proof is to be made now, after which {@link #answer} is called. */
    boolean isDue(long nowNanos) {
        return !waiting.isEmpty()
                && provedNanos
                        .filter(at -> nowNanos - at < BETWEEN_PROOFS.toNanos())
                        .isEmpty();
    }

    /** This head still led after all of them had asked. */
    void answer(ClusterState state, long nowNanos) {
        provedNanos = Optional.of(nowNanos);
        List<Asked> all = List.copyOf(waiting);
        waiting.clear();
        for (Asked asked : all) {
            Optional<OrreryException> objection = ExclusiveLeases.objection(
                    state.records(), asked.request().getLife(), asked.request().getNode());
            if (objection.isPresent()) {
                asked.answer().completeExceptionally(objection.get());
            } else {
                // Before the answer leaves: from now on the lease counts.
                state.memory().granted(asked.request().getLife().getActor(), nowNanos);
                asked.answer()
                        .complete(RenewLeaseResponse.newBuilder()
                                .setDurationMillis(
                                        state.settings().exclusiveLease().toMillis())
                                .build());
            }
        }
    }

    void expire(long nowNanos) {
        waiting.removeIf(asked -> {
            boolean over = nowNanos - asked.askedNanos() > PATIENCE.toNanos();
            if (over) {
                asked.answer()
                        .completeExceptionally(OrreryException.of(
                                ErrorCode.STORE_UNAVAILABLE,
                                "the leader could not prove within %d ms, at its store, that it leads"
                                        .formatted(PATIENCE.toMillis())));
            }
            return over;
        });
    }

    void failAll(OrreryException why) {
        List<Asked> all = List.copyOf(waiting);
        waiting.clear();
        all.forEach(asked -> asked.answer().completeExceptionally(why));
    }
}
