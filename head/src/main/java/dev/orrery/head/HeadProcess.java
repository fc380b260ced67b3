package dev.orrery.head;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.head.artifact.ArtifactStore;
import dev.orrery.head.control.ControlPlane;
import dev.orrery.head.control.ControlThread;
import dev.orrery.head.control.HeadIdentity;
import dev.orrery.head.control.KnownLeader;
import dev.orrery.head.store.LeaderAddress;
import dev.orrery.head.store.Leadership;
import dev.orrery.head.zookeeper.HeadSelf;
import dev.orrery.head.zookeeper.ZooKeeperLeadership;
import dev.orrery.internal.auth.SecretFile;
import dev.orrery.internal.config.ClusterConfig;
import dev.orrery.internal.config.Config;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.rpc.RpcHandlers;
import dev.orrery.internal.rpc.RpcIdentity;
import dev.orrery.internal.rpc.RpcLimits;
import dev.orrery.internal.rpc.RpcServer;
import dev.orrery.internal.rpc.RpcTransport;
import dev.orrery.internal.time.NanoClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One head: stands for election, leads when elected, and says who leads otherwise. */
public final class HeadProcess implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HeadProcess.class);
    private static final int IO_THREADS = 2;

    private final Config config;
    private final CountDownLatch ended = new CountDownLatch(1);
    /** What was started, the last first. */
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();

    private boolean closed;
    private HostPort address;
    private volatile Optional<Leadership> leadership = Optional.empty();

    HeadProcess(Config config) {
        this.config = config;
    }

    /** Throws what keeps the head from starting; close it then, too. */
    synchronized void start() {
        DataDirectory data = part(new DataDirectory(config.get(HeadConfig.DATA_DIR)));
        data.lock();
        StoredArtifacts artifacts = part(new StoredArtifacts(
                new ArtifactStore(HeadConfig.artifactDir(config), config.get(HeadConfig.ARTIFACT_LIMIT))));
        artifacts.start();
        RpcTransport transport = part(new RpcTransport("head", IO_THREADS));
        transport.start();

        HostPort bound = numbered(config.get(HeadConfig.BIND));
        HostPort advertised = advertised(bound);
        HeadIdentity self = new HeadIdentity(config.find(HeadConfig.NAME).orElse(advertised.toString()), advertised);
        ControlPlane control = part(new ControlPlane(
                HeadConfig.control(config), self, NanoClock.SYSTEM, artifacts, leader(), ControlThread.start()));
        control.start();
        serve(transport, self, bound, control.handlers());
        elect(self, data, control);
    }

    /** Everybody is told the address before anybody listens there, so "any port" has to be a number first. */
    private static HostPort numbered(HostPort bind) {
        if (bind.port() != 0) {
            return bind;
        }
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName(bind.host()))) {
            return new HostPort(bind.host(), free.getLocalPort());
        } catch (IOException e) {
            throw OrreryException.of(ErrorCode.ADDRESS_IN_USE, "cannot listen at " + bind + ": " + e.getMessage(), e);
        }
    }

    private HostPort advertised(HostPort bound) {
        HostPort wanted = config.find(HeadConfig.ADVERTISE).orElse(bound);
        return wanted.port() == 0 ? new HostPort(wanted.host(), bound.port()) : wanted;
    }

    private void serve(RpcTransport transport, HeadIdentity self, HostPort bound, RpcHandlers handlers) {
        RpcIdentity identity = new RpcIdentity(
                config.get(ClusterConfig.NAME),
                PeerRole.HEAD,
                self.head(),
                SecretFile.readOrCreate(config.get(HeadConfig.SECRET_FILE)));
        RpcServer server = part(new RpcServer(transport, identity, RpcLimits.defaults(), bound, handlers));
        server.start();
        address = self.address();
        LOG.info("head {} listens at {}", self.head(), server.address());
    }

    private void elect(HeadIdentity self, DataDirectory data, ControlPlane control) {
        Leadership own = part(new ZooKeeperLeadership(
                HeadConfig.zooKeeper(config),
                config.get(ClusterConfig.NAME),
                new HeadSelf(self.head(), self.address()),
                data.path(),
                NanoClock.SYSTEM));
        leadership = Optional.of(own);
        own.start(control);
    }

    private KnownLeader.Source leader() {
        return new KnownLeader.Source() {
            @Override
            public KnownLeader get() {
                return new KnownLeader(
                        leadership.flatMap(Leadership::currentLeader).map(LeaderAddress::address),
                        leadership.flatMap(Leadership::trouble));
            }

            @Override
            public void isMissed() {
                leadership.ifPresent(Leadership::leaderIsMissed);
            }
        };
    }

    private <T extends AutoCloseable> T part(T part) {
        parts.push(part);
        return part;
    }

    /** Where drivers and agents reach it. */
    public synchronized HostPort address() {
        return address;
    }

    /** Blocks until somebody closes this. */
    public void awaitClosed() throws InterruptedException {
        ended.await();
    }

    /** Ends in a few seconds; leadership first, so that another head takes over at once. Idempotent. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        while (!parts.isEmpty()) {
            close(parts.pop());
        }
        ended.countDown();
    }

    private static void close(AutoCloseable part) {
        try {
            part.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            // The others still have to be closed.
            LOG.warn("while closing", OrreryException.of(ErrorCode.INTERNAL, "cannot close " + part, e));
        }
    }
}
