package dev.orrery.nccl.host;

import dev.orrery.internal.lifecycle.NamedThreads;
import dev.orrery.internal.proto.Backend;
import dev.orrery.internal.time.NanoClock;
import dev.orrery.nccl.WorldOptions;
import dev.orrery.nccl.control.ControlThread;
import dev.orrery.nccl.device.DeviceWork;
import dev.orrery.nccl.port.DataPort;
import dev.orrery.nccl.port.Incoming;
import dev.orrery.nccl.proto.Answer;
import dev.orrery.nccl.proto.DataHello;
import dev.orrery.nccl.shared.RingThread;
import dev.orrery.nccl.spi.DataPath;
import dev.orrery.nccl.spi.DataPathEvents;
import dev.orrery.nccl.spi.Membership;
import dev.orrery.nccl.spi.WorldBackend;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Worlds over shared memory or Unix domain sockets on one host, and over TCP across hosts. Owns the threads that this needs. */
public final class HostBackend implements WorldBackend, AutoCloseable {
    private static final int FORMING_THREADS = 4;
    private static final Duration IDLE_LIMIT = Duration.ofSeconds(10);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);
    private static final Logger log = LoggerFactory.getLogger(HostBackend.class);

    private final HostDataPath.Parts parts;
    private final RingThread rings;
    /** Makes and maps memory, which takes its time. */
    private final ThreadPoolExecutor forming;

    private final Map<Long, HostDataPath> paths = new HashMap<>();

    /** @param tickInterval how often {@link DataPath#tick()} is called */
    public HostBackend(WorldOptions options, Duration tickInterval, ControlThread control, DataPort port) {
        this.rings =
                new RingThread(options.host().spin(), Runtime.getRuntime().availableProcessors(), NanoClock.SYSTEM);
        this.forming = new ThreadPoolExecutor(
                FORMING_THREADS,
                FORMING_THREADS,
                IDLE_LIMIT.toMillis(),
                TimeUnit.MILLISECONDS,
                new LinkedBlockingQueue<>(),
                new NamedThreads("worlds-forming"));
        this.parts = new HostDataPath.Parts(options, tickInterval, control, port, rings, forming);
    }

    public void start() {
        forming.allowCoreThreadTimeOut(true);
        rings.start();
    }

    /** Ends the threads; bounded. The worlds have to have ended before. */
    @Override
    public void close() {
        forming.shutdown();
        try {
            if (!forming.awaitTermination(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                log.error("the threads that form worlds did not end within {}", CLOSE_LIMIT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        rings.close();
    }

    @Override
    public Backend kind() {
        return Backend.HOST;
    }

    @Override
    public DataPath form(Membership membership, DataPathEvents events) {
        return form(membership, Optional.empty(), events);
    }

    /** The same, with a device for tensors that lie there. */
    public DataPath form(Membership membership, Optional<DeviceWork> device, DataPathEvents events) {
        HostDataPath path = new HostDataPath(membership, parts, device, events);
        paths.put(membership.id(), path);
        path.connect();
        return path;
    }

    /** On the control thread; the world is known. */
    public void accept(DataHello hello, Incoming incoming) {
        HostDataPath path = paths.get(hello.getWorld());
        if (path == null) {
            incoming.refuse(Answer.UNKNOWN_WORLD, "");
        } else {
            path.accept(hello, incoming);
        }
    }

    /** On the control thread: nothing more will come for this world. */
    public void forget(long world) {
        paths.remove(world);
    }
}
