package dev.orrery.gateway.core;

import static dev.orrery.gateway.core.Simulation.MS;

import dev.orrery.gateway.core.RoutingSnapshot.Edge;
import dev.orrery.gateway.core.RoutingSnapshot.Replica;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Replicas that die, hang, refuse, fail and answer twice, worlds that break, and a head that is always a bit late. */
final class SimulatedPipeline {
    static final int MAX_IN_FLIGHT = 3;

    private record Work(long request, int attempt) {}

    private static final class FakeReplica {
        final Life life;
        final int stage;
        boolean alive = true;
        boolean listed = true;
        long link;
        final Set<Work> cancelled = new HashSet<>();
        final Set<Long> noticedBroken = new HashSet<>();

        FakeReplica(Life life, int stage) {
            this.life = life;
            this.stage = stage;
        }
    }

    private final Simulation sim;
    private final Map<Life, FakeReplica> replicas = new LinkedHashMap<>();
    private final Map<Long, Edge> worlds = new LinkedHashMap<>();
    private final Set<Long> broken = new HashSet<>();
    private final Map<String, Long> incarnations = new HashMap<>();
    private final List<RoutingSnapshot> published = new ArrayList<>();
    private long lastWorld;
    private long lastLink;
    private final Set<Long> poisons = new HashSet<>();
    private final Map<Long, Integer> kills = new HashMap<>();
    boolean calm;

    /** Whether replicas are scaled in, hang, die for no reason and lose links, and users' code fails. */
    boolean troubled = true;

    SimulatedPipeline(Simulation sim) {
        this.sim = sim;
    }

    private long within(long fromMs, long toMs) {
        return fromMs * MS + (long) (sim.random.nextDouble() * (toMs - fromMs) * MS);
    }

    private boolean chance(double probability) {
        return sim.random.nextDouble() < probability;
    }

    // ---- the head and the processes ----------------------------------------------------------------------------

    void start(int stage, int number) {
        String actor = sim.options.stages().get(stage) + "-" + number;
        Life life = new Life(actor, incarnations.merge(actor, 1L, Long::sum));
        FakeReplica replica = new FakeReplica(life, stage);
        if (stage == 0) {
            world(CoreFixture.GATEWAY, life);
        }
        if (stage == sim.options.stages().size() - 1) {
            world(life, CoreFixture.GATEWAY);
        }
        for (FakeReplica other : replicas.values()) {
            if (other.alive && other.stage == stage - 1) {
                world(other.life, life);
            } else if (other.alive && other.stage == stage + 1) {
                world(life, other.life);
            }
        }
        replicas.put(life, replica);
        sim.at(within(0, 10), () -> attach(replica));
        publishSoon();
    }

    private void world(Life from, Life to) {
        lastWorld++;
        long world = lastWorld;
        worlds.put(world, new Edge(world, from, to));
        if (from.equals(CoreFixture.GATEWAY) || to.equals(CoreFixture.GATEWAY)) {
            sim.at(within(0, 15), () -> sim.ownWorldReady(world));
        }
    }

    private void attach(FakeReplica replica) {
        if (replica.alive) {
            lastLink++;
            replica.link = lastLink;
            sim.attach(replica.life, lastLink);
        }
    }

    void publishSoon() {
        sim.at(within(5, 60), () -> {
            List<Replica> listed = new ArrayList<>();
            replicas.values().stream()
                    .filter(r -> r.alive && r.listed)
                    .forEach(r -> listed.add(new Replica(
                            r.life, r.life.actor(), sim.options.stages().get(r.stage), MAX_IN_FLIGHT)));
            List<Edge> edges = worlds.values().stream()
                    .filter(edge -> !broken.contains(edge.world()))
                    .toList();
            RoutingSnapshot table = RoutingSnapshot.of(1, published.size() + 1L, listed, edges);
            published.add(table);
            sim.at(within(0, 20), () -> sim.routing(table));
            if (chance(0.3)) {
                RoutingSnapshot old = published.get(sim.random.nextInt(published.size()));
                sim.at(within(0, 50), () -> sim.routing(old));
            }
        });
    }

    private FakeReplica any() {
        List<FakeReplica> alive =
                replicas.values().stream().filter(r -> r.alive).toList();
        return alive.isEmpty() ? null : alive.get(sim.random.nextInt(alive.size()));
    }

    /** One disturbance. */
    void disturb() {
        FakeReplica replica = any();
        if (replica == null) {
            return;
        }
        int what = sim.random.nextInt(5);
        if (!troubled && what != 2) {
            attach(replica);
            return;
        }
        switch (what) {
            case 0 -> die(replica);
            case 1 -> dropLink(replica);
            case 2 -> breakAnyWorld();
            case 3 -> {
                replica.listed = !replica.listed;
                publishSoon();
            }
            default -> publishSoon();
        }
    }

    private void die(FakeReplica replica) {
        replica.alive = false;
        long link = replica.link;
        sim.at(within(1, 30), () -> sim.linkLost(replica.life, link));
        worlds.values().stream().filter(edge -> edge.touches(replica.life)).forEach(edge -> breakWorld(edge.world()));
        int number = Integer.parseInt(replica.life.actor().replaceAll(".*-", ""));
        sim.at(within(20, 200), () -> start(replica.stage, number));
        publishSoon();
    }

    private void dropLink(FakeReplica replica) {
        long link = replica.link;
        if (chance(0.5)) {
            sim.at(within(0, 5), () -> sim.linkLost(replica.life, link));
        }
        sim.at(within(1, 30), () -> attach(replica));
    }

    private void breakAnyWorld() {
        List<Long> whole =
                worlds.keySet().stream().filter(w -> !broken.contains(w)).toList();
        if (!whole.isEmpty()) {
            long world = whole.get(sim.random.nextInt(whole.size()));
            breakWorld(world);
            Edge edge = worlds.get(world);
            sim.at(within(50, 150), () -> {
                if (usable(edge.from()) && usable(edge.to())) {
                    world(edge.from(), edge.to());
                    publishSoon();
                }
            });
            publishSoon();
        }
    }

    private boolean usable(Life life) {
        return life.equals(CoreFixture.GATEWAY) || replicas.get(life).alive;
    }

    private void breakWorld(long world) {
        if (broken.add(world)) {
            for (Life end : List.of(worlds.get(world).from(), worlds.get(world).to())) {
                sim.at(within(0, 20), () -> noticeBroken(end, world));
            }
        }
    }

    private void noticeBroken(Life end, long world) {
        if (end.equals(CoreFixture.GATEWAY)) {
            sim.ownWorldEnded(world);
        } else if (replicas.get(end).alive) {
            replicas.get(end).noticedBroken.add(world);
            tell(replicas.get(end), () -> sim.worldBroken(end, world));
        }
    }

    /** Over the control link that the replica has now; lost if that ends before. */
    private void tell(FakeReplica replica, Runnable notice) {
        long link = replica.link;
        sim.at(MS / 5, () -> {
            if (sim.linkedBy(replica.life, link)) {
                notice.run();
            }
        });
    }

    // ---- requests on their way ---------------------------------------------------------------------------------

    void send(Effect.Send send, List<Life> lives, boolean poison) {
        if (poison) {
            poisons.add(send.request());
        }
        arriveLater(new Work(send.request(), send.attempt()), send.path(), 0, lives);
    }

    private void arriveLater(Work work, List<Long> path, int hop, List<Life> lives) {
        sim.at(within(0, 2), () -> {
            if (broken.contains(path.get(hop))) {
                return;
            }
            if (hop == lives.size()) {
                sim.answered(work.request(), work.attempt());
                if (!calm && chance(0.03)) {
                    sim.at(within(0, 100), () -> sim.answered(work.request(), work.attempt()));
                }
            } else {
                arrive(replicas.get(lives.get(hop)), work, path, hop, lives);
            }
        });
    }

    private void arrive(FakeReplica replica, Work work, List<Long> path, int hop, List<Life> lives) {
        boolean hangs = !calm && troubled && chance(0.01);
        if (replica.alive && !replica.cancelled.contains(work) && !hangs) {
            sim.at(within(0, chance(0.02) ? 300 : 8), () -> processed(replica, work, path, hop, lives));
        }
    }

    private void processed(FakeReplica replica, Work work, List<Long> path, int hop, List<Life> lives) {
        if (!replica.alive || replica.cancelled.contains(work)) {
            return;
        }
        if (poisons.contains(work.request()) && hop == work.request() % lives.size()) {
            kills.merge(work.request(), 1, Integer::sum);
            die(replica);
        } else if (!calm && troubled && chance(0.02)) {
            tell(replica, () -> sim.failed(replica.life, work.request(), work.attempt()));
        } else if (!calm && chance(0.02)) {
            String why = chance(0.5) ? "busy" : GatewayCore.REFUSED_FOR_DEADLINE;
            tell(replica, () -> sim.refused(replica.life, work.request(), work.attempt(), why));
        } else if (replica.noticedBroken.contains(path.get(hop + 1))) {
            tell(replica, () -> sim.refused(replica.life, work.request(), work.attempt(), "broken world"));
        } else {
            arriveLater(work, path, hop + 1, lives);
        }
    }

    /** How many replicas each poisoned request killed. */
    Map<Long, Integer> kills() {
        return kills;
    }

    /** Acknowledged at once, whether the replica has the attempt, had it, or will get it. */
    void cancel(Effect.Cancel cancel) {
        FakeReplica replica = replicas.get(cancel.replica());
        sim.at(within(0, 2), () -> {
            if (replica.alive && replica.link == cancel.link()) {
                replica.cancelled.add(new Work(cancel.request(), cancel.attempt()));
                tell(replica, () -> sim.cancelAcknowledged(cancel.replica(), cancel.request(), cancel.attempt()));
            }
        });
    }
}
