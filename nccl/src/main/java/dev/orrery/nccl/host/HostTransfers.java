package dev.orrery.nccl.host;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.time.NanoClock;
import dev.orrery.nccl.spi.Membership;
import dev.orrery.nccl.transfer.Outgoing;
import dev.orrery.nccl.transfer.PeerPath;
import dev.orrery.nccl.transfer.Reception;
import dev.orrery.nccl.transfer.Transfers;
import dev.orrery.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** The ways to the other members of one world. */
final class HostTransfers implements Transfers {
    private final Membership membership;
    private final List<Optional<MemberPath>> members;
    /** By rank. */
    private final List<Helping> sending = new ArrayList<>();

    private final List<Helping> receiving = new ArrayList<>();
    private final Helping together;
    private final Consumer<Failure> breaking;

    /**
     * @param members by rank; empty for this process's own
     * @param spinNanos how long a waiting thread may look on without finding anything
     * @param breaking breaks the world
     */
    HostTransfers(
            Membership membership,
            List<Optional<MemberPath>> members,
            LongSupplier spinNanos,
            Consumer<Failure> breaking) {
        this.membership = membership;
        this.members = List.copyOf(members);
        for (Optional<MemberPath> member : members) {
            Supplier<List<PeerPath>> path =
                    () -> member.isPresent() ? member.get().paths() : List.of();
            sending.add(new Helping(Helping.Kind.SEND, path, spinNanos, NanoClock.SYSTEM));
            receiving.add(new Helping(Helping.Kind.ANSWER, path, spinNanos, NanoClock.SYSTEM));
        }
        this.together = new Helping(
                Helping.Kind.ANSWER,
                () -> members.stream()
                        .flatMap(Optional::stream)
                        .flatMap(member -> member.paths().stream())
                        .toList(),
                spinNanos,
                NanoClock.SYSTEM);
        this.breaking = breaking;
    }

    @Override
    public int rank() {
        return membership.rank();
    }

    @Override
    public int size() {
        return membership.size();
    }

    @Override
    public String describe(int rank) {
        return membership.describe(rank);
    }

    @Override
    public void send(int peer, Outgoing message) {
        path(peer).send(message);
    }

    @Override
    public void receive(int peer, Reception reception) {
        path(peer).receive(reception);
    }

    @Override
    public void fail(Failure cause) {
        breaking.accept(cause);
    }

    @Override
    public <T> CompletableFuture<T> newFuture() {
        return new HelpingFuture<>(together);
    }

    CompletableFuture<Void> newSend(int peer) {
        return new HelpingFuture<>(sending.get(peer));
    }

    CompletableFuture<Tensor> newReceive(int peer) {
        return new HelpingFuture<>(receiving.get(peer));
    }

    /** Throws INVALID_ARGUMENT for a rank that is no peer, UNAVAILABLE while the world forms. */
    PeerPath path(int peer) {
        if (peer < 0 || peer >= membership.size() || peer == membership.rank()) {
            throw error(
                    ErrorCode.INVALID_ARGUMENT,
                    "rank " + membership.rank() + " of " + membership.size() + " has no peer of rank " + peer);
        }
        List<PeerPath> paths = members.get(peer).orElseThrow().paths();
        if (paths.isEmpty()) {
            throw error(ErrorCode.UNAVAILABLE, "the world is not ready: " + membership.describe(peer));
        }
        return paths.get(0);
    }

    /** Throws UNAVAILABLE while the world forms. */
    void requireAllPaths() {
        for (int peer = 0; peer < membership.size(); peer++) {
            if (peer != membership.rank()) {
                path(peer);
            }
        }
    }

    OrreryException error(ErrorCode code, String message) {
        return OrreryException.of(code, message, Map.of("world", membership.name()));
    }
}
