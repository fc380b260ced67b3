package dev.orrery.internal.time;

/** The monotonic clock that decisions are made by; handed in so that tests turn it by hand. */
@FunctionalInterface
public interface NanoClock {
    NanoClock SYSTEM = System::nanoTime;

    long nanoTime();
}
