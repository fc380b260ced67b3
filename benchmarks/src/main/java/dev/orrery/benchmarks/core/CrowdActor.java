package dev.orrery.benchmarks.core;

/** A small state, and where it is. */
final class CrowdActor {
    private final int number;

    CrowdActor(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    long pid() {
        return ProcessHandle.current().pid();
    }
}
