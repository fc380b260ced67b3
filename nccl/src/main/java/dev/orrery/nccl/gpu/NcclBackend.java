package dev.orrery.nccl.gpu;

import dev.orrery.internal.lifecycle.NamedThreads;
import dev.orrery.internal.proto.Backend;
import dev.orrery.internal.time.NanoClock;
import dev.orrery.nccl.WorldOptions;
import dev.orrery.nccl.control.ControlThread;
import dev.orrery.nccl.device.EventPoller;
import dev.orrery.nccl.device.Gpu;
import dev.orrery.nccl.device.NcclCalls;
import dev.orrery.nccl.host.HostBackend;
import dev.orrery.nccl.spi.DataPath;
import dev.orrery.nccl.spi.DataPathEvents;
import dev.orrery.nccl.spi.Membership;
import dev.orrery.nccl.spi.WorldBackend;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Worlds whose members' devices reach each other by NCCL. What says which tensor comes goes over the paths of the HOST
 * backend, and so do tensors that lie on the host. Owns the threads that the devices need.
 */
public final class NcclBackend implements WorldBackend, AutoCloseable {
    private static final Duration IDLE_LIMIT = Duration.ofSeconds(10);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);
    private static final Logger log = LoggerFactory.getLogger(NcclBackend.class);

    /** What all data paths of a process share. */
    record Parts(
            WorldOptions options,
            Duration tickInterval,
            Gpu gpu,
            ControlThread control,
            HostBackend host,
            EventPoller poller,
            Executor threads) {
        NcclCalls nccl() {
            return gpu.nccl();
        }
    }

    private final Parts parts;
    private final EventPoller poller;
    private final ThreadPoolExecutor threads;

    /** @param tickInterval how often {@link DataPath#tick()} is called */
    public NcclBackend(WorldOptions options, Gpu gpu, Duration tickInterval, ControlThread control, HostBackend host) {
        this.poller = new EventPoller(NanoClock.SYSTEM);
        // As many as there are worlds that call NCCL at one moment: a call that hangs holds up its world only.
        this.threads = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                IDLE_LIMIT.toMillis(),
                TimeUnit.MILLISECONDS,
                new SynchronousQueue<>(),
                new NamedThreads("worlds-nccl"));
        this.parts = new Parts(options, tickInterval, gpu, control, host, poller, threads);
    }

    public void start() {
        poller.start();
    }

    @Override
    public Backend kind() {
        return Backend.NCCL;
    }

    @Override
    public DataPath form(Membership membership, DataPathEvents events) {
        NcclDataPath path = new NcclDataPath(membership, parts, events);
        path.connect();
        return path;
    }

    /** Ends the threads; bounded. The worlds have to have ended before. */
    @Override
    public void close() {
        threads.shutdown();
        try {
            if (!threads.awaitTermination(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                log.error("a thread that calls NCCL did not end within {}", CLOSE_LIMIT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        poller.close();
    }
}
