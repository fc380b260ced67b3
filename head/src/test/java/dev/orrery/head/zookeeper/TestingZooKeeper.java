package dev.orrery.head.zookeeper;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingServer;

/** A server of ZooKeeper in this process. */
public final class TestingZooKeeper implements AutoCloseable {
    private static final int TICK_MILLIS = 100;

    static {
        // Before ZooKeeper's classes look: its log files begin with 64 MB otherwise.
        System.setProperty("zookeeper.preAllocSize", "4096");
    }

    private TestingServer server;

    public TestingZooKeeper() {
        server = start(-1);
    }

    private static TestingServer start(int port) {
        try {
            return new TestingServer(
                    new InstanceSpec(
                            null,
                            port,
                            -1,
                            -1,
                            true,
                            -1,
                            TICK_MILLIS,
                            0,
                            Map.of("minSessionTimeout", "500", "maxSessionTimeout", "60000")),
                    true);
        } catch (Exception e) {
            throw new IllegalStateException("cannot start ZooKeeper", e);
        }
    }

    String address() {
        return server.getConnectString();
    }

    ZooKeeperSettings settings(Duration sessionTimeout) {
        return new ZooKeeperSettings(address(), sessionTimeout, Duration.ofSeconds(10), Duration.ofSeconds(10));
    }

    void stop() {
        try {
            server.stop();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Everything is gone; at the same address. */
    void wipe() {
        int port = server.getPort();
        close();
        server = start(port);
    }

    /** With the same data, at the same address. */
    void restart() {
        try {
            server.restart();
        } catch (Exception e) {
            throw new IllegalStateException("cannot restart ZooKeeper", e);
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
