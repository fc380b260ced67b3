package dev.orrery.head.control;

import dev.orrery.head.reconcile.Settings;
import java.time.Duration;

/**
 * @param tick how often time alone is looked at
 * @param mutationTimeout how long a client's change may wait for the store
 * @param callTimeout for an agent to answer
 * @param resendAfter how long a node may take to work towards its newest desired set before it is sent again
 * @param restlessPerTick how many pipelines that are on their way somewhere are looked at with each tick
 * @param othersPerTick how many pipelines are looked at with each tick although nothing new is known of them
 */
public record ControlOptions(
        Settings settings,
        Duration tick,
        Duration mutationTimeout,
        Duration callTimeout,
        Duration resendAfter,
        int restlessPerTick,
        int othersPerTick) {
    public static ControlOptions defaults() {
        return of(Settings.defaults());
    }

    public static ControlOptions of(Settings settings) {
        return new ControlOptions(
                settings,
                Duration.ofMillis(100),
                Duration.ofSeconds(10),
                Duration.ofSeconds(5),
                Duration.ofSeconds(1),
                64,
                16);
    }

    /** The same with another share of the pipelines for each tick. */
    ControlOptions withPerTick(int restless, int others) {
        return new ControlOptions(settings, tick, mutationTimeout, callTimeout, resendAfter, restless, others);
    }
}
