package dev.orrery.benchmarks.core;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** A side that writes down when it ran, finds a figure that was given to it, and fails where it is told to. */
final class TestingSide implements CoreSide {
    private final String name;
    private final double figure;
    private final Set<CoreTest> failing;
    private final List<String> events;

    TestingSide(String name, double figure, Set<CoreTest> failing, List<String> events) {
        this.name = name;
        this.figure = figure;
        this.failing = failing;
        this.events = events;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void start() {
        events.add(name + " starts");
    }

    @Override
    public String version() {
        return name + " 1";
    }

    @Override
    public double perSecond(CoreTest test, Duration time) throws IOException {
        events.add(name + " " + time.toMillis());
        if (failing.contains(test)) {
            throw new IOException("broken");
        }
        return figure;
    }

    @Override
    public double perSecond(GrowthTest test, Duration time) {
        return figure;
    }

    /** As many as there are to be; the figure is both of theirs. */
    @Override
    public ManyActors manyActors(int most, Duration time) {
        return new ManyActors(most, figure, figure);
    }

    @Override
    public void close() {
        events.add(name + " ends");
    }
}
