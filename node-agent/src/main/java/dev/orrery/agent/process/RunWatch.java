package dev.orrery.agent.process;

import dev.orrery.internal.lifecycle.NamedThreads;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Tells, by inotify, when a shim has written something. A hint only: the kernel may drop events. */
public final class RunWatch implements AutoCloseable {
    private final Consumer<WorkerFolder> onChange;
    private final Map<Path, WatchKey> keys = new ConcurrentHashMap<>();
    private WatchService service;

    /** @param onChange runs on the thread of the watch and must not block */
    public RunWatch(Consumer<WorkerFolder> onChange) {
        this.onChange = onChange;
    }

    public void start() throws IOException {
        service = FileSystems.getDefault().newWatchService();
        new NamedThreads("agent-watch").newThread(this::run).start();
    }

    public void add(WorkerFolder folder) throws IOException {
        WatchKey key = folder.run()
                .register(service, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
        keys.put(folder.run(), key);
    }

    public void remove(WorkerFolder folder) {
        WatchKey key = keys.remove(folder.run());
        if (key != null) {
            key.cancel();
        }
    }

    private void run() {
        try {
            while (true) {
                WatchKey key = service.take();
                key.pollEvents();
                onChange.accept(new WorkerFolder(((Path) key.watchable()).getParent()));
                key.reset();
            }
        } catch (ClosedWatchServiceException e) {
            // The end of the watch.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        if (service != null) {
            service.close();
        }
    }
}
