package dev.orrery.examples.worlds;

import dev.orrery.ActorRef;
import dev.orrery.Orrery;
import dev.orrery.WorldRef;
import dev.orrery.WorldState;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/**
 * Runs an example: a hub is a member of the worlds "blue" and "red" with two others each. One of red's members is killed. Red
 * breaks and says why; blue goes on; a new red is formed with another actor in the place of the dead one.
 */
public final class TwoWorlds {
    private static final Duration BREAKS_WITHIN = Duration.ofSeconds(10);
    private static final String BLUE = "blue";
    private static final String RED = "red";

    private final Orrery orrery;
    private final Consumer<String> out;

    public TwoWorlds(Orrery orrery, Consumer<String> out) {
        this.orrery = orrery;
        this.out = out;
    }

    /** Throws IllegalStateException when something is not as it should be; leaves nothing behind. */
    public <A> void run(WorldExample<A> example) {
        out.accept(example.name() + ": " + example.what());
        List<ActorRef<A>> started = new ArrayList<>();
        try {
            run(example, started);
        } finally {
            started.forEach(ActorRef::kill);
        }
    }

    private <A> void run(WorldExample<A> example, List<ActorRef<A>> started) {
        for (int i = 0; i < 6; i++) {
            started.add(orrery.actor(example.member())
                    .name(example.name() + "-" + i)
                    .cpus(0.1)
                    .start());
        }
        ActorRef<A> hub = started.get(0);
        ActorRef<A> victim = started.get(4);
        List<ActorRef<A>> blue = List.of(hub, started.get(1), started.get(2));
        List<ActorRef<A>> red = List.of(hub, started.get(3), victim);
        List<ActorRef<A>> redAgain = List.of(hub, started.get(3), started.get(5));
        try (WorldRef blueWorld = form(BLUE, blue);
                WorldRef redWorld = form(RED, red)) {
            check(example, BLUE, blue, 1);
            check(example, RED, red, 2);
            kill(victim);
            awaitBroken(redWorld, victim);
            expectBroken(example, hub);
            check(example, BLUE, blue, 3);
            require(blueWorld.state() == WorldState.READY, BLUE + " is " + blueWorld.state());
            try (WorldRef next = form(RED, redAgain)) {
                check(example, RED, redAgain, 4);
                check(example, BLUE, blue, 5);
                require(!next.id().equals(redWorld.id()), "an id came again");
            }
        }
    }

    private <A> WorldRef form(String name, List<ActorRef<A>> members) {
        WorldRef world = orrery.world(name).members(members).form();
        out.accept("  world " + name + " (" + world.id() + ") is READY");
        return world;
    }

    /** Every member takes part at the same time. */
    private <A> void check(WorldExample<A> example, String world, List<ActorRef<A>> members, int round) {
        float[] given = new float[members.size()];
        List<CompletableFuture<float[]>> calls = new ArrayList<>();
        for (int rank = 0; rank < given.length; rank++) {
            given[rank] = 10 * round + rank;
            calls.add(members.get(rank).call(example.operation(), world, given[rank]));
        }
        for (int rank = 0; rank < given.length; rank++) {
            float[] expected = example.expected().of(rank, given);
            float[] result = calls.get(rank).join();
            require(
                    Arrays.equals(expected, result),
                    "rank %d of %s has %s, not %s"
                            .formatted(rank, world, Arrays.toString(result), Arrays.toString(expected)));
        }
        out.accept("  " + world + ": right at all of its " + given.length + " members");
    }

    private void kill(ActorRef<?> victim) {
        long pid = victim.status().pid();
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        out.accept("  killed the worker of " + victim + ", process " + pid);
    }

    /** Its members know at once, by the closed link; how the victim died is known once its node has reported it. */
    private void awaitBroken(WorldRef world, ActorRef<?> victim) {
        long end = System.nanoTime() + BREAKS_WITHIN.toNanos();
        while (world.state() != WorldState.BROKEN || !victim.status().state().equals("DEAD")) {
            require(
                    System.nanoTime() < end,
                    world + " is " + world.state() + " and " + victim + " is "
                            + victim.status().state() + " after " + BREAKS_WITHIN);
        }
        out.accept("  " + world + " is BROKEN: "
                + world.status().failure().map(failure -> failure.summary()).orElse("nobody knows why"));
    }

    /** What its operations say at a member that lives. */
    private <A> void expectBroken(WorldExample<A> example, ActorRef<A> hub) {
        try {
            hub.call(example.operation(), RED, 0f).join();
        } catch (CompletionException e) {
            boolean broken = e.getCause() instanceof OrreryException failed
                    && failed.code() == ErrorCode.ACTOR_FAILED
                    && failed.getMessage().contains("BrokenWorldException");
            require(broken, "the hub fails with " + e.getCause());
            return;
        }
        require(false, "the hub does not notice that " + RED + " broke");
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise);
        }
    }
}
