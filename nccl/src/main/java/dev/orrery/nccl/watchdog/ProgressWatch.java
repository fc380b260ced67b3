package dev.orrery.nccl.watchdog;

import dev.orrery.nccl.watchdog.SilenceWindow.Judgement;
import dev.orrery.nccl.watchdog.SilenceWindow.Limits;
import java.time.Duration;
import java.util.Optional;

/** Finds work that both sides are ready for and that stands still. Not thread-safe. */
public final class ProgressWatch {
    private final Limits limits;
    private SilenceWindow window;
    private long progress;
    private boolean active;

    public ProgressWatch(Limits limits, long now) {
        this.limits = limits;
        this.window = SilenceWindow.startingAt(now);
    }

    /**
     * @param nowActive whether there is something that should move
     * @param nowProgress grows whenever something moves
     * @return how long it has been standing still, when that is too long
     */
    public Optional<Duration> tick(boolean nowActive, long nowProgress, long now) {
        if (!nowActive || !active || nowProgress != progress) {
            window = window.heard(now);
        }
        active = nowActive;
        progress = nowProgress;
        Judgement judgement = window.tick(now, limits);
        window = judgement.next();
        return judgement.silentFor();
    }
}
