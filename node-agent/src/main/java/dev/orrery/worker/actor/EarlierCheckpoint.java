package dev.orrery.worker.actor;

import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.LoadCheckpointRequest;
import dev.orrery.internal.proto.LoadCheckpointResponse;
import dev.orrery.internal.time.NanoClock;
import java.time.Duration;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an earlier life of the actor saved, asked of the leader. */
final class EarlierCheckpoint {
    private static final Logger LOG = LoggerFactory.getLogger(EarlierCheckpoint.class);
    private static final Duration RETRY_AFTER = Duration.ofMillis(200);

    private final ActorLife life;
    private final Function<LoadCheckpointRequest, LoadCheckpointResponse> leader;
    private final Duration patience;
    private final NanoClock clock;

    /**
     * @param leader asks it, within its own time
     * @param patience while there is none
     */
    EarlierCheckpoint(
            ActorLife life,
            Function<LoadCheckpointRequest, LoadCheckpointResponse> leader,
            Duration patience,
            NanoClock clock) {
        this.life = life;
        this.leader = leader;
        this.patience = patience;
        this.clock = clock;
    }

    /** Waits for a leader that tells. A first life has none before it. */
    LoadCheckpointResponse get() throws InterruptedException {
        if (life.getIncarnation() <= 1) {
            return LoadCheckpointResponse.getDefaultInstance();
        }
        LoadCheckpointRequest request =
                LoadCheckpointRequest.newBuilder().setLife(life).build();
        long began = clock.nanoTime();
        while (true) {
            try {
                return leader.apply(request);
            } catch (OrreryException e) {
                if (!CheckpointSaves.isPassing(e) || clock.nanoTime() - began >= patience.toNanos()) {
                    throw e;
                }
                LOG.info("what an earlier life saved is not known yet: {}", e.getMessage());
            }
            Thread.sleep(RETRY_AFTER.toMillis());
        }
    }
}
