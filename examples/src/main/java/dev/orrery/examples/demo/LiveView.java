package dev.orrery.examples.demo;

/** Shows a run while it goes on. */
interface LiveView extends AutoCloseable {
    /** @param status replicas per stage and worlds, in words */
    void progress(int answered, int expected, double perSecond, double p50, double p99, String status);

    void event(String line);

    @Override
    void close();
}
