package dev.orrery.agent.supervisor;

import dev.orrery.agent.slot.SlotTimes;
import dev.orrery.internal.proto.DesiredWorker;
import java.time.Duration;

/**
 * @param host what other nodes call this one, for failures
 * @param stopTimeout from asking a worker to stop to SIGKILL
 */
public record SupervisorSettings(String node, String host, Duration stopTimeout) {
    private static final Duration OPEN_TIMEOUT = Duration.ofMinutes(2);
    /** The worker can say more about an open() that takes too long, so it goes first. */
    private static final Duration OPEN_SLACK = Duration.ofSeconds(2);

    private static final Duration KILL_AGAIN = Duration.ofSeconds(1);
    private static final Duration ADOPTION_WINDOW = Duration.ofSeconds(5);
    private static final Duration SHIM_PATIENCE = Duration.ofSeconds(1);
    private static final Duration SILENCE = Duration.ofSeconds(5);
    private static final Duration CLOSE_LOOK = Duration.ofSeconds(2);
    private static final Duration CLOSE_LOOK_INTERVAL = Duration.ofMillis(20);

    /** How long the shim of a dead worker may take to write down how that ended. */
    Duration shimPatience() {
        return SHIM_PATIENCE;
    }

    SlotTimes times(WorkerSlot slot) {
        long millis = slot.desired
                .map(DesiredWorker::getSpec)
                .map(spec -> spec.getPolicy().getOpenTimeoutMillis())
                .orElse(0L);
        Duration open = millis > 0 ? Duration.ofMillis(millis) : OPEN_TIMEOUT;
        return new SlotTimes(open.plus(OPEN_SLACK), stopTimeout, KILL_AGAIN);
    }

    /** How long the workers that live may take to call in at a new agent. */
    Duration adoptionWindow() {
        return ADOPTION_WINDOW;
    }

    /**
     * How long a worker that lives may be without a connection, which it makes anew ten times a second: beyond the 2 s of
     * silence that end a connection, so that a pause of its JVM does not cost it its life.
     */
    Duration silence() {
        return SILENCE;
    }

    Duration closeLook() {
        return CLOSE_LOOK;
    }

    Duration closeLookInterval() {
        return CLOSE_LOOK_INTERVAL;
    }
}
