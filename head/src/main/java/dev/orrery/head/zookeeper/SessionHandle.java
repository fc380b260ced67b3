package dev.orrery.head.zookeeper;

import java.io.IOException;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;

/**
 * A ZooKeeper handle that hides its session timeout from Curator. Curator would end a session by itself when the wall clock
 * says that the timeout is over (which its builder cannot switch off), and with it the leadership of a head that has done
 * nothing wrong. Only ZooKeeper says when a session has expired.
 */
// close() of ZooKeeper's own class throws InterruptedException.
@SuppressWarnings("try")
final class SessionHandle extends ZooKeeper {
    /** Some 24 days. */
    static final int NEVER_MILLIS = Integer.MAX_VALUE;

    SessionHandle(String connect, int sessionTimeoutMillis, Watcher watcher, ZKClientConfig config) throws IOException {
        super(connect, sessionTimeoutMillis, watcher, false, config);
    }

    @Override
    public int getSessionTimeout() {
        return NEVER_MILLIS;
    }
}
