package dev.orrery.benchmarks.core;

import java.io.IOException;
import java.time.Duration;

/** A framework with a cluster of its own, which runs one test after the other. For one thread. */
interface CoreSide extends AutoCloseable {
    /** Its name, and its version once it was started. */
    String name();

    void start() throws IOException, InterruptedException;

    String version();

    /** Runs the test for about so long, and tells how many of what it counts were done in a second. */
    double perSecond(CoreTest test, Duration time) throws IOException, InterruptedException;

    /** Of the side whose growth is looked at; no other is asked. */
    double perSecond(GrowthTest test, Duration time) throws IOException, InterruptedException;

    /**
     * Starts small actors, so many or as many as it can in that time, looks at them while all of them live, and ends them.
     *
     * @param most so many at the most
     */
    ManyActors manyActors(int most, Duration time) throws IOException, InterruptedException;

    @Override
    void close();
}
