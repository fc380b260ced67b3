package dev.orrery.internal.client;

import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ActorView;
import java.util.Optional;

/** What became of a life of an actor to which the connection was lost. */
public sealed interface LifeFate {
    /** No other life follows. */
    record Dead(OrreryException why) implements LifeFate {}

    /** Another life follows, or is there. */
    record Over(Optional<Failure> cause) implements LifeFate {}

    /** The leader has not heard that it ended, or cannot be asked. */
    record Unknown() implements LifeFate {}

    static LifeFate of(ActorView view, ActorLife life) {
        if (ActorViews.isEnding(view)) {
            return new Dead(ActorViews.dead(view));
        }
        boolean over = view.getLife().getIncarnation() > life.getIncarnation()
                || view.getState().equals("RESTARTING");
        return over ? new Over(ActorViews.failure(view)) : new Unknown();
    }
}
