package dev.orrery.worker.actor;

import dev.orrery.ActorContext;
import dev.orrery.Orrery;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.tensor.Device;
import dev.orrery.world.JoinedWorld;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What the actor sees of itself. */
record SelfContext(
        ActorLife life,
        Optional<String> name,
        String namespace,
        List<Device> devices,
        ActorWorlds worlds,
        OwnJob job,
        ActorExit ending,
        Checkpoints checkpoints)
        implements ActorContext {
    @Override
    public String actor() {
        return life.getActor();
    }

    @Override
    public long incarnation() {
        return life.getIncarnation();
    }

    @Override
    public Orrery orrery() {
        return job.orrery();
    }

    @Override
    public CompletableFuture<Void> saveCheckpoint() {
        return checkpoints.saveNow();
    }

    @Override
    public void exit() {
        ending.request();
    }

    @Override
    public JoinedWorld world(String world) {
        return worlds.get(world);
    }

    @Override
    public CompletableFuture<JoinedWorld> awaitWorld(String world, Duration timeout) {
        return worlds.await(world, timeout);
    }
}
