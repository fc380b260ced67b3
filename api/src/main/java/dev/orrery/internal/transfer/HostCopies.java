package dev.orrery.internal.transfer;

import dev.orrery.internal.proto.OpenObjectResponse;
import dev.orrery.internal.rpc.RpcConnection;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Who fetches the values that are kept here, and which host has one already: of several processes of a host one fetches a value, and the
 * others are told where that one has it. Decides only; thread-safe.
 */
final class HostCopies {
    /** What somebody who opened a value is told: to fetch it, or where a neighbour has it. */
    record Answer(String name, RpcConnection caller, CompletableFuture<OpenObjectResponse> waiting, String copy) {
        /** Returns whether somebody waits for it still. */
        boolean give() {
            return waiting.complete(
                    OpenObjectResponse.newBuilder().setCopy(copy).build());
        }
    }

    private record Waiter(RpcConnection caller, CompletableFuture<OpenObjectResponse> waiting) {}

    /** Of one value on one host. */
    private static final class Copy {
        private RpcConnection holder;
        private Optional<String> path = Optional.empty();
        private final Deque<Waiter> waiters = new ArrayDeque<>();

        Copy(RpcConnection holder) {
            this.holder = holder;
        }
    }

    /** Of one value, by host. */
    private static final class Shared {
        private final Set<RpcConnection> openers = new HashSet<>();
        private final Map<String, Copy> copies = new HashMap<>();
    }

    private final Map<String, Shared> values = new HashMap<>();

    /** @param host empty: it wants the bytes, whatever others have */
    synchronized Optional<Answer> open(
            String name, String host, RpcConnection caller, CompletableFuture<OpenObjectResponse> waiting) {
        Shared shared = values.computeIfAbsent(name, unknown -> new Shared());
        shared.openers.add(caller);
        Copy copy = host.isEmpty() ? null : shared.copies.get(host);
        if (copy == null) {
            if (!host.isEmpty()) {
                shared.copies.put(host, new Copy(caller));
            }
            return Optional.of(new Answer(name, caller, waiting, ""));
        }
        if (copy.path.isPresent()) {
            return Optional.of(new Answer(name, caller, waiting, copy.path.get()));
        }
        copy.waiters.add(new Waiter(caller, waiting));
        return Optional.empty();
    }

    /** It has fetched it. */
    synchronized List<Answer> copied(String name, RpcConnection caller, String path) {
        List<Answer> answers = new ArrayList<>();
        for (Copy copy : copiesOf(name)) {
            if (copy.holder.equals(caller)) {
                copy.path = Optional.of(path);
                copy.waiters.forEach(waiter -> answers.add(new Answer(name, waiter.caller(), waiter.waiting(), path)));
                copy.waiters.clear();
            }
        }
        return answers;
    }

    private List<Copy> copiesOf(String name) {
        Shared shared = values.get(name);
        return shared == null ? List.of() : List.copyOf(shared.copies.values());
    }

    /** It does not fetch it, or has it no more: the next one does. */
    synchronized List<Answer> gaveUp(String name, RpcConnection caller) {
        Shared shared = values.get(name);
        return shared == null ? List.of() : passOn(name, shared, caller);
    }

    private static List<Answer> passOn(String name, Shared shared, RpcConnection caller) {
        List<Answer> answers = new ArrayList<>();
        for (Iterator<Copy> copies = shared.copies.values().iterator(); copies.hasNext(); ) {
            Copy copy = copies.next();
            if (!copy.holder.equals(caller)) {
                continue;
            }
            Waiter next = copy.waiters.poll();
            if (next == null) {
                copies.remove();
            } else {
                copy.holder = next.caller();
                copy.path = Optional.empty();
                answers.add(new Answer(name, next.caller(), next.waiting(), ""));
            }
        }
        return answers;
    }

    /** Its connection has ended. */
    synchronized List<Answer> left(RpcConnection caller) {
        List<Answer> answers = new ArrayList<>();
        values.forEach((name, shared) -> {
            shared.openers.remove(caller);
            shared.copies
                    .values()
                    .forEach(copy ->
                            copy.waiters.removeIf(waiter -> waiter.caller().equals(caller)));
            answers.addAll(passOn(name, shared, caller));
        });
        values.values().removeIf(shared -> shared.openers.isEmpty());
        return answers;
    }

    /** What is to be done about a value that nobody needs any more. */
    record Forgotten(Set<RpcConnection> openers, List<CompletableFuture<OpenObjectResponse>> waiting) {
        private static final Forgotten NOBODY = new Forgotten(Set.of(), List.of());
    }

    synchronized Forgotten forget(String name) {
        Shared shared = values.remove(name);
        if (shared == null) {
            return Forgotten.NOBODY;
        }
        return new Forgotten(
                Set.copyOf(shared.openers),
                shared.copies.values().stream()
                        .flatMap(copy -> copy.waiters.stream())
                        .map(Waiter::waiting)
                        .toList());
    }
}
