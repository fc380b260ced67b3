package dev.orrery.worker;

import dev.orrery.error.Failure;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.WorldReport;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.proto.WorldState;
import dev.orrery.nccl.World;
import dev.orrery.nccl.WorldManager;
import java.util.List;
import java.util.Optional;

/** A worker's knowledge of its worlds, without the worker. */
public final class WorldsAccess {
    /** Whom it tells. */
    public interface News {
        void worldReady(World world);

        void worldEnded(long world, WorldState state, Optional<Failure> cause);
    }

    private record Told(News news) implements WorldsReconciler.Listener {
        @Override
        public void onReady(World world) {
            news.worldReady(world);
        }

        @Override
        public void onEnded(long world, WorldState state, Optional<Failure> cause) {
            news.worldEnded(world, state, cause);
        }

        /** Which is found out by asking. */
        @Override
        public void onChanged() {}
    }

    private final WorldsReconciler reconciler;

    /** @param worlds never completes a join by itself: {@link #ready} and {@link #over} tell of that */
    public WorldsAccess(WorldManager worlds, ActorLife self, News news) {
        this.reconciler = new WorldsReconciler(worlds, self, Runnable::run, new Told(news));
    }

    public void desire(List<WorldSpec> worlds) {
        reconciler.desire(worlds);
    }

    public void ready(World world) {
        reconciler.ready(world);
    }

    public void over(long world, WorldState state, Optional<Failure> cause) {
        reconciler.onState(world, state, cause);
    }

    public List<WorldReport> reports() {
        return reconciler.reports();
    }
}
