package dev.orrery.gateway.core;

import dev.orrery.error.ErrorCode;
import dev.orrery.gateway.core.RoutingSnapshot.Edge;
import dev.orrery.gateway.core.RoutingSnapshot.Replica;
import dev.orrery.internal.proto.GatewayEvent;
import dev.orrery.internal.proto.GatewayReplica;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A core with a hand-turned clock, and everything that it wanted done. Stages are {@code a}, {@code b}, … */
final class CoreFixture {
    static final Life GATEWAY = new Life("gateway", 1);

    /** A payload that can be told from others. */
    record Bytes(String name, long byteSize) implements Payload {}

    final List<Effect.Send> sends = new ArrayList<>();
    final List<Effect.Cancel> cancels = new ArrayList<>();
    final Map<Long, Outcome> outcomes = new HashMap<>();
    final List<Payload> released = new ArrayList<>();
    final List<GatewayEvent> events = new ArrayList<>();
    final Map<Life, Replica> replicas = new LinkedHashMap<>();
    final Map<Long, Edge> edges = new LinkedHashMap<>();
    final Map<Life, Long> links = new HashMap<>();
    final GatewayOptions options;
    final GatewayCore core;
    long now = 1_000_000_000L;
    int reports;
    private long version;
    private long lastWorld;
    private long lastLink;
    private long lastWaiter;

    CoreFixture(GatewayOptions options, long seed) {
        this.options = options;
        this.core = new GatewayCore(options, new Random(seed));
    }

    static CoreFixture withStages(String... stages) {
        return new CoreFixture(options(List.of(stages)), 7);
    }

    static GatewayOptions options(List<String> stages) {
        return new GatewayOptions(
                GATEWAY,
                "embed",
                stages,
                4,
                1_000,
                3,
                Duration.ofSeconds(30),
                Duration.ofSeconds(5),
                new GatewayOptions.Memory(100, 100_000, Duration.ofSeconds(10)));
    }

    /** A replica of a stage, in the table and linked, with READY edges to all neighbours there are. */
    Life add(String stage, int number, int maxInFlight) {
        Life life = new Life(stage + "-" + number, 1);
        enlist(life, stage, maxInFlight);
        int index = options.stages().indexOf(stage);
        if (index == 0) {
            edge(GATEWAY, life);
        }
        if (index == options.stages().size() - 1) {
            edge(life, GATEWAY);
        }
        for (Replica other : List.copyOf(replicas.values())) {
            int otherIndex = options.stages().indexOf(other.stage());
            if (otherIndex == index - 1) {
                edge(other.life(), life);
            } else if (otherIndex == index + 1) {
                edge(life, other.life());
            }
        }
        attach(life);
        publish();
        return life;
    }

    void enlist(Life life, String stage, int maxInFlight) {
        replicas.put(life, new Replica(life, life.actor(), stage, maxInFlight));
    }

    long edge(Life from, Life to) {
        lastWorld++;
        edges.put(lastWorld, new Edge(lastWorld, from, to));
        if (from.equals(GATEWAY) || to.equals(GATEWAY)) {
            apply(core.ownWorldReady(lastWorld, now));
        }
        return lastWorld;
    }

    long worldBetween(Life from, Life to) {
        return edges.values().stream()
                .filter(edge -> edge.from().equals(from) && edge.to().equals(to))
                .mapToLong(Edge::world)
                .findFirst()
                .orElseThrow();
    }

    long attach(Life life) {
        lastLink++;
        links.put(life, lastLink);
        apply(core.attached(new Attachment(life, life.actor(), lastLink, "host-1", "/logs/" + life), now));
        return lastLink;
    }

    /** Its process is gone. */
    void lose(Life life) {
        apply(core.linkLost(life, links.get(life), "closed", now));
    }

    /** The replicas that a request was sent over. */
    List<Life> livesOf(Effect.Send send) {
        return send.path().stream()
                .limit(options.stages().size())
                .map(world -> edges.get(world).to())
                .toList();
    }

    /** The head drops a replica and its edges. */
    void retire(Life life) {
        replicas.remove(life);
        edges.values().removeIf(edge -> edge.touches(life));
        publish();
    }

    void publish() {
        version++;
        apply(core.routing(table(1, version), now));
    }

    RoutingSnapshot table(long epoch, long ofVersion) {
        return RoutingSnapshot.of(epoch, ofVersion, List.copyOf(replicas.values()), List.copyOf(edges.values()));
    }

    long version() {
        return version;
    }

    /** Returns the waiter. */
    long submit(String name) {
        return submit(name, 0);
    }

    long submit(String name, long deadlineMillis) {
        return submit(name, deadlineMillis, 10);
    }

    long submit(String name, long deadlineMillis, long bytes) {
        lastWaiter++;
        ClientKey key = new ClientKey(name, 1);
        apply(core.submit(new Submission(key, new Bytes(name, bytes), deadlineMillis, lastWaiter), now));
        return lastWaiter;
    }

    void answer(Effect.Send send) {
        apply(core.answered(send.request(), send.attempt(), new Bytes("answer to " + name(send), 5), now));
    }

    void after(Duration time) {
        now += time.toNanos();
        apply(core.tick(now));
    }

    void apply(List<Effect> effects) {
        for (Effect effect : effects) {
            if (effect instanceof Effect.Send send) {
                sends.add(send);
            } else if (effect instanceof Effect.Cancel cancel) {
                cancels.add(cancel);
            } else if (effect instanceof Effect.Complete complete) {
                complete.waiters().forEach(waiter -> putOnce(waiter, complete.outcome()));
            } else if (effect instanceof Effect.Release release) {
                released.add(release.payload());
            } else if (effect instanceof Effect.Happened happened) {
                events.add(happened.event());
            } else {
                reports++;
            }
        }
    }

    private void putOnce(long waiter, Outcome outcome) {
        if (outcomes.put(waiter, outcome) != null) {
            throw new AssertionError("waiter " + waiter + " was told twice");
        }
    }

    Effect.Send lastSend() {
        return sends.get(sends.size() - 1);
    }

    List<String> sentNames() {
        return sends.stream().map(CoreFixture::name).toList();
    }

    static String name(Effect.Send send) {
        return ((Bytes) send.payload()).name();
    }

    ErrorCode errorOf(long waiter) {
        return ((Outcome.Failed) outcomes.get(waiter)).error().code();
    }

    String messageOf(long waiter) {
        return ((Outcome.Failed) outcomes.get(waiter)).error().getMessage();
    }

    String answerOf(long waiter) {
        return ((Bytes) ((Outcome.Answered) outcomes.get(waiter)).answer()).name();
    }

    int inFlightAt(Life life) {
        return replica(life).getInFlight();
    }

    GatewayReplica replica(Life life) {
        return core.status(0).getReplicasList().stream()
                .filter(replica -> Life.of(replica.getLife()).equals(life))
                .findFirst()
                .orElseThrow();
    }

    GatewayEvent lastEvent(String kind) {
        return events.stream()
                .filter(event -> event.getKind().equals(kind))
                .reduce((first, second) -> second)
                .orElseThrow();
    }
}
