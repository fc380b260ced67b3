package dev.orrery.gateway.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.gateway.core.CoreFixture.Bytes;
import dev.orrery.gateway.core.RoutingSnapshot.Edge;
import dev.orrery.internal.proto.GatewayReplica;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A gateway core among faked replicas, by a clock of its own. It keeps, beside the core and without looking into it, what
 * the core was told and what must follow from that: which paths may be used, who holds which credit, who is to be
 * replayed, who was told what.
 */
final class Simulation {
    static final long MS = 1_000_000L;

    private record Event(long at, long order, Runnable body) {}

    record Key(long request, int attempt) {}

    private record Hold(Key key, long link) {}

    /** A path as it was sent: the lives with the links that they had then. */
    private record Sent(List<Long> worlds, List<Life> lives, List<Long> links) {}

    final Random random;
    final GatewayCore core;
    final GatewayOptions options;
    final SimulatedPipeline pipeline;
    long now = 5 * MS;
    int maxLoadSeen;

    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::order));
    private long order;

    // What the core was told.
    private final Map<Life, Long> links = new HashMap<>();
    private final Set<Long> knownBroken = new HashSet<>();
    private final Set<Long> ownReady = new HashSet<>();
    private RoutingSnapshot adopted = RoutingSnapshot.NONE;

    // What must follow.
    private final Map<Key, Sent> sent = new HashMap<>();
    private final Map<Long, Integer> current = new HashMap<>();
    private final Set<Hold> held = new HashSet<>();
    private final Map<Long, Long> waiterDeadlines = new HashMap<>();
    private final Map<Long, Outcome> outcomes = new HashMap<>();
    private final Map<Payload, Integer> unreleased = new HashMap<>();
    private final Map<Payload, Long> requestOf = new HashMap<>();
    private final Set<Long> finished = new HashSet<>();
    private final Set<Payload> poisons = new HashSet<>();
    private final Map<Key, Set<Life>> deaths = new HashMap<>();
    private final Set<Key> lone = new HashSet<>();
    private long answersDelivered;

    Simulation(GatewayOptions options, long seed) {
        this.options = options;
        this.random = new Random(seed);
        this.core = new GatewayCore(options, new Random(seed + 1));
        this.pipeline = new SimulatedPipeline(this);
    }

    void at(long delayNanos, Runnable body) {
        order++;
        events.add(new Event(now + delayNanos, order, body));
    }

    /** Runs all that is due until then; the core's own deadlines come first. */
    void runUntil(long end) {
        while (true) {
            long next = events.isEmpty() ? end : Math.min(end, events.peek().at());
            OptionalLong due = core.nextDeadline();
            if (due.isPresent() && due.getAsLong() <= next) {
                now = Math.max(now, due.getAsLong());
                ticked();
            } else if (events.isEmpty() || events.peek().at() > end) {
                now = end;
                return;
            } else {
                now = next;
                events.remove().body().run();
            }
        }
    }

    // ---- what happens to the gateway ---------------------------------------------------------------------------

    void submit(ClientKey key, long deadlineMillis, long waiter) {
        Payload payload = new Bytes(key + " for " + waiter, 10);
        unreleased.put(payload, 1);
        waiterDeadlines.put(waiter, now + deadlineMillis * MS);
        apply(core.submit(new Submission(key, payload, deadlineMillis, waiter), now));
    }

    /** Kills whichever replica processes it. */
    void submitPoison(ClientKey key, long deadlineMillis, long waiter) {
        poisons.add(new Bytes(key + " for " + waiter, 10));
        submit(key, deadlineMillis, waiter);
    }

    void cancel(long waiter) {
        waiterDeadlines.remove(waiter);
        apply(core.cancel(waiter, now));
    }

    void detach(long waiter) {
        waiterDeadlines.remove(waiter);
        apply(core.detach(waiter, now));
    }

    void attach(Life life, long link) {
        Long before = links.get(life);
        deaths.values().forEach(lives -> lives.remove(life));
        Set<Long> lost = before == null ? Set.of() : currentOver(before);
        held.removeIf(hold -> before != null && hold.link() == before);
        links.put(life, link);
        expectReplays(lost, () -> core.attached(new Attachment(life, life.actor(), link, "", ""), now));
    }

    void linkLost(Life life, long link) {
        if (!Long.valueOf(link).equals(links.get(life))) {
            apply(core.linkLost(life, link, "test", now));
            return;
        }
        links.remove(life);
        held.stream().filter(hold -> hold.link() == link).forEach(hold -> deaths.computeIfAbsent(
                        hold.key(), key -> new HashSet<>())
                .add(life));
        held.removeIf(hold -> hold.link() == link);
        expectReplays(currentOver(link), () -> core.linkLost(life, link, "test", now));
    }

    boolean linkedBy(Life life, long link) {
        return Long.valueOf(link).equals(links.get(life));
    }

    void routing(RoutingSnapshot table) {
        // All of one epoch.
        if (table.version() > adopted.version()) {
            adopted = table;
        }
        apply(core.routing(table, now));
    }

    void ownWorldReady(long world) {
        if (!knownBroken.contains(world)) {
            ownReady.add(world);
        }
        apply(core.ownWorldReady(world, now));
    }

    void ownWorldEnded(long world) {
        Set<Long> lost = knownBroken.add(world) ? currentThrough(world) : Set.of();
        expectReplays(lost, () -> core.ownWorldEnded(world, "test", now));
    }

    void worldBroken(Life life, long world) {
        Set<Long> lost = knownBroken.add(world) ? currentThrough(world) : Set.of();
        expectReplays(lost, () -> core.worldBroken(life, world, now));
    }

    void refused(Life life, long request, int attempt, String why) {
        Key key = new Key(request, attempt);
        Sent path = sent.get(key);
        int index = path.lives().indexOf(life);
        for (int i = 0; i <= index; i++) {
            held.remove(new Hold(key, path.links().get(i)));
        }
        Set<Long> lost = Integer.valueOf(attempt).equals(current.get(request)) ? Set.of(request) : Set.of();
        expectReplays(lost, () -> core.refused(life, request, attempt, why, now));
    }

    void failed(Life life, long request, int attempt) {
        Key key = new Key(request, attempt);
        sent.get(key).links().forEach(link -> held.remove(new Hold(key, link)));
        apply(core.failed(
                life, request, attempt, OrreryException.of(ErrorCode.STAGE_FAILED, "the user's exception"), now));
    }

    void cancelAcknowledged(Life life, long request, int attempt) {
        Key key = new Key(request, attempt);
        Sent path = sent.get(key);
        held.remove(new Hold(key, path.links().get(path.lives().indexOf(life))));
        apply(core.cancelAcknowledged(life, request, attempt, now));
    }

    void answered(long request, int attempt) {
        Key key = new Key(request, attempt);
        sent.get(key).links().forEach(link -> held.remove(new Hold(key, link)));
        answersDelivered++;
        apply(core.answered(request, attempt, new Bytes("answer to " + request, 20), now));
    }

    // ---- what must follow --------------------------------------------------------------------------------------

    private Set<Long> currentOver(long link) {
        Set<Long> requests = new HashSet<>();
        current.forEach((request, attempt) -> {
            if (sent.get(new Key(request, attempt)).links().contains(link)) {
                requests.add(request);
            }
        });
        return requests;
    }

    private Set<Long> currentThrough(long world) {
        Set<Long> requests = new HashSet<>();
        current.forEach((request, attempt) -> {
            if (sent.get(new Key(request, attempt)).worlds().contains(world)) {
                requests.add(request);
            }
        });
        return requests;
    }

    /** Exactly these leave their attempt: to be sent again, or to fail because they were sent too often. */
    private void expectReplays(Set<Long> lost, Supplier<List<Effect>> step) {
        RequestFlow.Counts before = core.flow().counts();
        current.keySet().removeAll(lost);
        Set<Long> untouched = new HashSet<>(current.keySet());
        List<Effect> effects = step.get();
        long replayed = core.flow().counts().replayed() - before.replayed();
        long failed = effects.stream()
                .filter(effect ->
                        effect instanceof Effect.Release release && lost.contains(requestOf.get(release.payload())))
                .count();
        assertEquals(lost.size(), replayed + failed, "replays");
        for (Effect effect : effects) {
            assertFalse(
                    effect instanceof Effect.Send send && untouched.contains(send.request()),
                    "sent again although its path was whole: " + effect);
        }
        apply(effects);
    }

    /** A tick may replay what sat on a drained replica; which ones is known from its effects. */
    private void ticked() {
        List<Effect> effects = core.tick(now);
        for (Effect effect : effects) {
            if (effect instanceof Effect.Cancel cancel
                    && Integer.valueOf(cancel.attempt()).equals(current.get(cancel.request()))) {
                current.remove(cancel.request());
            }
        }
        apply(effects);
    }

    private void apply(List<Effect> effects) {
        for (Effect effect : effects) {
            if (effect instanceof Effect.Send send) {
                onSend(send);
            } else if (effect instanceof Effect.Cancel cancel) {
                pipeline.cancel(cancel);
            } else if (effect instanceof Effect.Complete complete) {
                complete.waiters().forEach(waiter -> onOutcome(waiter, complete.outcome()));
            } else if (effect instanceof Effect.Release release) {
                assertEquals(1, unreleased.remove(release.payload()), "released once: " + release.payload());
                Long request = requestOf.remove(release.payload());
                if (request != null) {
                    finished.add(request);
                    current.remove(request);
                }
            }
        }
        checkCredits();
    }

    private void onSend(Effect.Send send) {
        assertFalse(finished.contains(send.request()), "sent after its outcome");
        assertTrue(send.deadlineNanos() - now > 0, "sent after its deadline");
        assertEquals(options.stages().size() + 1, send.path().size());
        List<Life> lives = new ArrayList<>();
        Life before = CoreFixture.GATEWAY;
        for (int hop = 0; hop < send.path().size(); hop++) {
            long world = send.path().get(hop);
            Edge edge = adopted.edges().get(world);
            assertTrue(edge != null, "an edge that the table does not have");
            assertFalse(knownBroken.contains(world), "a broken edge");
            assertEquals(before, edge.from());
            boolean own = edge.touches(CoreFixture.GATEWAY);
            assertTrue(!own || ownReady.contains(world), "a world that is not READY");
            if (hop < options.stages().size()) {
                assertTrue(links.containsKey(edge.to()), "a replica without a link");
                assertEquals(
                        options.stages().get(hop),
                        adopted.replicas().get(edge.to()).stage());
                lives.add(edge.to());
            }
            before = edge.to();
        }
        assertEquals(CoreFixture.GATEWAY, before);
        Key key = new Key(send.request(), send.attempt());
        List<Long> over = lives.stream().map(links::get).toList();
        checkSolitude(key, over);
        assertTrue(sent.put(key, new Sent(send.path(), lives, over)) == null, "an attempt is sent once");
        over.forEach(link -> held.add(new Hold(key, link)));
        current.put(send.request(), send.attempt());
        requestOf.put(send.payload(), send.request());
        pipeline.send(send, lives, poisons.contains(send.payload()));
    }

    /** Of drained replicas, which the core does not take for dead when they go, this knows nothing. */
    private void checkSolitude(Key key, List<Long> over) {
        List<Key> there = held.stream()
                .filter(hold -> over.contains(hold.link()))
                .map(Hold::key)
                .toList();
        assertTrue(there.stream().noneMatch(lone::contains), "sent to where one travels alone");
        if (!pipeline.troubled && deathsOf(key.request()) >= Suspicion.ALONE) {
            assertEquals(List.of(), there, "not alone after two deaths");
            lone.add(key);
        }
    }

    /** At least so many: neither an attempt nor a life counts twice. */
    private int deathsOf(long request) {
        Set<Life> counted = new HashSet<>();
        deaths.forEach((key, lives) -> {
            if (key.request() == request) {
                lives.stream()
                        .filter(life -> !counted.contains(life))
                        .findFirst()
                        .ifPresent(counted::add);
            }
        });
        return counted.size();
    }

    private void onOutcome(long waiter, Outcome outcome) {
        assertTrue(outcomes.put(waiter, outcome) == null, "two outcomes for " + waiter);
        Long deadline = waiterDeadlines.remove(waiter);
        assertTrue(deadline != null, "an outcome for a waiter that left");
    }

    private void checkCredits() {
        Map<Long, Integer> byLink = new HashMap<>();
        held.forEach(hold -> byLink.merge(hold.link(), 1, Integer::sum));
        for (GatewayReplica replica : core.status(Long.MAX_VALUE).getReplicasList()) {
            Life life = Life.of(replica.getLife());
            int expected = links.containsKey(life) ? byLink.getOrDefault(links.get(life), 0) : 0;
            assertEquals(expected, replica.getInFlight(), () -> "credits of " + life);
            assertTrue(expected <= SimulatedPipeline.MAX_IN_FLIGHT, "more than a replica may hold");
            maxLoadSeen = Math.max(maxLoadSeen, expected);
        }
    }

    /**
     * Each poisoned request, and nobody else, failed, after exactly three deaths. The third was its own work, for it was
     * alone then; of those before it may only have shared the replica with another.
     */
    void checkOnlyPoisonsFailed() {
        int failed = 0;
        for (Outcome outcome : outcomes.values()) {
            if (outcome instanceof Outcome.Failed failure) {
                assertEquals(ErrorCode.POISONED_REQUEST, failure.error().code(), failure.error()::getMessage);
                failed++;
            }
        }
        assertEquals(poisons.size(), failed);
        assertEquals(poisons.size(), pipeline.kills().size());
        pipeline.kills().forEach((request, kills) -> {
            assertEquals(Suspicion.MOST, deathsOf(request), () -> "deaths under " + request);
            assertTrue(kills <= Suspicion.MOST, () -> request + " killed " + kills);
        });
    }

    void checkDeadlinesKept() {
        waiterDeadlines.forEach((waiter, deadline) ->
                assertTrue(deadline - now > 0, () -> "waiter " + waiter + " still waits after its deadline"));
    }

    void checkAtRest() {
        RequestFlow.Counts counts = core.flow().counts();
        assertEquals(Map.of(), waiterDeadlines, "waiters without outcome");
        assertEquals(Map.of(), unreleased, "payloads not released");
        assertEquals(Set.of(), held, "credits held");
        assertEquals(0, core.attemptsHoldingCredit());
        assertEquals(0, core.flow().heldBytes());
        assertEquals(0, core.flow().queued() + core.flow().inFlight());
        assertEquals(counts.accepted(), counts.answered() + counts.failed());
        assertEquals(answersDelivered, counts.answered() + counts.lateAnswersDropped());
    }
}
