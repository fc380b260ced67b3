package dev.orrery.head.zookeeper;

import dev.orrery.internal.lifecycle.NamedThreads;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.framework.state.SessionConnectionStateErrorPolicy;
import org.apache.curator.retry.RetryForever;
import org.apache.curator.utils.ZookeeperFactory;
import org.apache.zookeeper.ClientCnxnSocketNetty;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connection with ZooKeeper, through one session after the other. */
final class ZooKeeperSession implements ZooKeeperCalls, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ZooKeeperSession.class);
    /** Twice what a load's largest answer has. */
    private static final int MAX_ANSWER_BYTES = 32 << 20;

    private static final int RETRY_MILLIS = 100;
    private static final int CLOSE_MILLIS = 2_000;

    private final ZooKeeperSettings settings;
    private final CuratorFramework curator;

    /** What becomes of the connection, in order, on one thread. */
    interface Listener {
        void connected();

        void suspended();

        /** The session has expired. */
        void lost();
    }

    ZooKeeperSession(ZooKeeperSettings settings) {
        this.settings = settings;
        this.curator = CuratorFrameworkFactory.builder()
                .connectString(settings.connect())
                .zookeeperFactory(handles(settings))
                .zkClientConfig(clientConfig())
                .sessionTimeoutMs(SessionHandle.NEVER_MILLIS)
                .connectionTimeoutMs((int) settings.connectTimeout().toMillis())
                .waitForShutdownTimeoutMs(CLOSE_MILLIS)
                .maxCloseWaitMs(CLOSE_MILLIS)
                .ensembleTracker(false)
                // Of Curator's operations, only the latch's; each is safe to repeat.
                .retryPolicy(new RetryForever(RETRY_MILLIS))
                .connectionStateErrorPolicy(new SessionConnectionStateErrorPolicy())
                .threadFactory(new NamedThreads("head-curator"))
                .build();
    }

    private static ZKClientConfig clientConfig() {
        ZKClientConfig config = new ZKClientConfig();
        config.setProperty(ZKClientConfig.ZOOKEEPER_CLIENT_CNXN_SOCKET, ClientCnxnSocketNetty.class.getName());
        config.setProperty(ZKClientConfig.JUTE_MAXBUFFER, Integer.toString(MAX_ANSWER_BYTES));
        return config;
    }

    private static ZookeeperFactory handles(ZooKeeperSettings settings) {
        int sessionMillis = (int) settings.sessionTimeout().toMillis();
        return new ZookeeperFactory() {
            @Override
            public ZooKeeper newZooKeeper(String connect, int ignored, Watcher watcher, boolean readOnly)
                    throws Exception {
                return newZooKeeper(connect, ignored, watcher, readOnly, clientConfig());
            }

            @Override
            public ZooKeeper newZooKeeper(
                    String connect, int ignored, Watcher watcher, boolean readOnly, ZKClientConfig config)
                    throws Exception {
                return new SessionHandle(connect, sessionMillis, watcher, config);
            }
        };
    }

    void start(Listener listener) {
        curator.getConnectionStateListenable().addListener((client, state) -> deliver(listener, state));
        curator.start();
    }

    private static void deliver(Listener listener, ConnectionState state) {
        switch (state) {
            case CONNECTED, RECONNECTED -> listener.connected();
            case SUSPENDED, READ_ONLY -> listener.suspended();
            case LOST -> listener.lost();
        }
    }

    /** Candidacy for as long as this session lives; not started. */
    LeaderLatch newLatch(String path, String head) {
        return new LeaderLatch(curator, path, head);
    }

    /** Zero before the first connection. */
    long id() {
        return curator.getZookeeperClient().isConnected() ? sessionId() : 0;
    }

    private long sessionId() {
        ZooKeeper handle = handle();
        return handle == null ? 0 : handle.getSessionId();
    }

    /** Tells {@code watcher} once when the znode changes. The same watcher is never told twice of one change. */
    void watch(String path, Watcher watcher) {
        ZooKeeper handle = handle();
        if (handle != null) {
            handle.getData(path, watcher, (code, at, context, data, stat) -> {}, null);
        }
    }

    @Override
    public CompletableFuture<Answer> multi(List<Op> operations) {
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        ZooKeeper handle = handle();
        if (handle == null) {
            answer.complete(Answer.lost(Code.CONNECTIONLOSS));
        } else {
            handle.multi(
                    operations,
                    (code, path, context, results) ->
                            answer.complete(new Answer(Code.get(code), results == null ? List.of() : results)),
                    null);
        }
        return answer;
    }

    @Override
    public CompletableFuture<Code> sync(String path) {
        CompletableFuture<Code> answer = new CompletableFuture<>();
        ZooKeeper handle = handle();
        if (handle == null) {
            answer.complete(Code.CONNECTIONLOSS);
        } else {
            handle.sync(path, (code, at, context) -> answer.complete(Code.get(code)), null);
        }
        return answer;
    }

    /** Null when there is none now; which Curator says in many ways. */
    private ZooKeeper handle() {
        try {
            return curator.getZookeeperClient().getZooKeeper();
        } catch (Exception e) {
            LOG.debug("no handle of ZooKeeper", e);
            return null;
        }
    }

    @Override
    public boolean awaitConnected(long nanos) throws InterruptedException {
        // Curator counts in milliseconds, and takes zero for "for ever" or not, by version.
        long millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos));
        return curator.blockUntilConnected((int) Math.min(Integer.MAX_VALUE, millis), TimeUnit.MILLISECONDS);
    }

    @Override
    public void pause(Duration time) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
    }

    @Override
    public String address() {
        return settings.connect();
    }

    /** Ends the session, so that its ephemeral nodes go at once when ZooKeeper can be reached. */
    @Override
    public void close() {
        curator.close();
    }
}
