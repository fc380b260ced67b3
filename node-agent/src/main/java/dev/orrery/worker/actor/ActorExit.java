package dev.orrery.worker.actor;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.KillActorRequest;
import dev.orrery.internal.proto.KillActorResponse;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The end of an actor by its own wish: no call begins any more, and when those under way have ended, the leader is asked to end it. */
final class ActorExit {
    private static final Logger LOG = LoggerFactory.getLogger(ActorExit.class);
    private static final Duration RETRY_AFTER = Duration.ofMillis(200);

    private final ActorLife life;
    private final CallQueue queue;
    private final CallErrors errors;
    private final Function<KillActorRequest, KillActorResponse> leader;
    private final BooleanSupplier stopping;
    private final AtomicBoolean asked = new AtomicBoolean();

    /** @param leader asks it, within its own time */
    ActorExit(
            ActorLife life,
            CallQueue queue,
            CallErrors errors,
            Function<KillActorRequest, KillActorResponse> leader,
            BooleanSupplier stopping) {
        this.life = life;
        this.queue = queue;
        this.errors = errors;
        this.leader = leader;
        this.stopping = stopping;
    }

    void request() {
        if (asked.compareAndSet(false, true)) {
            LOG.info("actor {} exits", life.getActor());
            queue.close().forEach(call -> call.fail(errors.stopped()));
        }
    }

    /** Returns when the leader knows of a wish, or this worker is told to stop anyway. */
    void tellLeader() {
        while (asked.get() && !stopping.getAsBoolean()) {
            try {
                var unused = leader.apply(KillActorRequest.newBuilder()
                        .setActor(life.getActor())
                        .setByItself(true)
                        .build());
                return;
            } catch (OrreryException e) {
                if (e.code() == ErrorCode.CANCELLED || !pause()) {
                    LOG.debug("actor {} ends in another way", life.getActor(), e);
                    return;
                }
                LOG.info("actor {} exits, and the leader does not know yet: {}", life.getActor(), e.getMessage());
            }
        }
    }

    private static boolean pause() {
        try {
            Thread.sleep(RETRY_AFTER.toMillis());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
