package dev.orrery.nccl.world;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done first when this process is told to exit. A JVM that exits closes its sockets last: it waits for all shutdown
 * hooks, then up to 0.3 s for threads in native code, such as those that poll, and up to 10 s for what it is compiling.
 */
final class ProcessExit implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ProcessExit.class);

    private final Thread hook;

    /** @param first waits for nothing */
    ProcessExit(Runnable first) {
        this.hook = new Thread(first, "worlds-exit");
    }

    /** From a process that is exiting nothing happens any more. */
    void start() {
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException e) {
            log.debug("started while the process exits", e);
        }
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            log.debug("closed while the process exits", e);
        }
    }
}
