package dev.orrery.gateway.core;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * The requests that the gateway owns. Ids grow with acceptance, and the queue is in the order of ids: a replayed request
 * is older than any that was never sent, so it comes before those, and replayed ones keep their order. Those that have to
 * travel alone queue by themselves, for they hold up nobody.
 */
final class RequestTable {
    private final Map<Long, Request> open = new HashMap<>();
    private final Map<ClientKey, Request> byKey = new HashMap<>();
    private final Map<Long, Request> byWaiter = new HashMap<>();
    private final TreeMap<Long, Request> queue = new TreeMap<>();
    private final TreeMap<Long, Request> alone = new TreeMap<>();
    private final TreeSet<Request> byDeadline = new TreeSet<>(RequestTable::compareDeadlines);
    private long heldBytes;

    private static int compareDeadlines(Request one, Request other) {
        int order = Long.signum(one.deadlineNanos() - other.deadlineNanos());
        return order != 0 ? order : Long.compare(one.id(), other.id());
    }

    void accept(Request request) {
        open.put(request.id(), request);
        byKey.put(request.key(), request);
        request.waiters().forEach(waiter -> byWaiter.put(waiter, request));
        byDeadline.add(request);
        queue.put(request.id(), request);
        heldBytes += request.payload().byteSize();
    }

    void remove(Request request) {
        open.remove(request.id());
        byKey.remove(request.key());
        request.waiters().forEach(byWaiter::remove);
        byDeadline.remove(request);
        dequeue(request);
        heldBytes -= request.payload().byteSize();
    }

    void attach(Request request, long waiter) {
        request.waiters().add(waiter);
        byWaiter.put(waiter, request);
    }

    /** The request that this waiter waited for; it is not told the outcome any more. */
    Optional<Request> detach(long waiter) {
        Optional<Request> request = Optional.ofNullable(byWaiter.remove(waiter));
        request.ifPresent(found -> found.waiters().remove(waiter));
        return request;
    }

    void enqueue(Request request) {
        dequeue(request);
        (request.suspicion().travelsAlone() ? alone : queue).put(request.id(), request);
    }

    void dequeue(Request request) {
        queue.remove(request.id());
        alone.remove(request.id());
    }

    /** The oldest that travels alone and may go; those of which no more is suspected queue with all others again. */
    Optional<Request> nextAlone() {
        if (alone.isEmpty()) {
            return Optional.empty();
        }
        List.copyOf(alone.values()).forEach(this::enqueue);
        return alone.values().stream()
                .filter(request -> !request.suspicion().mustWait())
                .findFirst();
    }

    boolean isOpen(Request request) {
        return open.containsKey(request.id());
    }

    boolean isQueued(Request request) {
        return queue.containsKey(request.id()) || alone.containsKey(request.id());
    }

    NavigableMap<Long, Request> queue() {
        return queue;
    }

    Optional<Request> find(long id) {
        return Optional.ofNullable(open.get(id));
    }

    Optional<Request> find(ClientKey key) {
        return Optional.ofNullable(byKey.get(key));
    }

    /** Requests whose current attempt fits, oldest first. */
    List<Request> inFlight(Predicate<Attempt> fits) {
        return open.values().stream()
                .filter(request -> request.current().filter(fits).isPresent())
                .sorted(Comparator.comparingLong(Request::id))
                .toList();
    }

    Optional<Request> firstDeadline() {
        return byDeadline.isEmpty() ? Optional.empty() : Optional.of(byDeadline.first());
    }

    List<Request> all() {
        List<Request> requests = new ArrayList<>(open.values());
        requests.sort(Comparator.comparingLong(Request::id));
        return requests;
    }

    int size() {
        return open.size();
    }

    int queued() {
        return queue.size() + alone.size();
    }

    long heldBytes() {
        return heldBytes;
    }
}
