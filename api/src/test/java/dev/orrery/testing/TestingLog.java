package dev.orrery.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/** What is logged at INFO and above under a name, from now until this is closed. */
public final class TestingLog extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private static final long WAIT_SECONDS = 10;

    private final Logger logger;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    private TestingLog(Logger logger) {
        this.logger = logger;
    }

    public static TestingLog of(String loggerName) {
        TestingLog log = new TestingLog((Logger) LoggerFactory.getLogger(loggerName));
        log.start();
        log.logger.addAppender(log);
        return log;
    }

    @Override
    protected void append(ILoggingEvent event) {
        if (event.getLevel().isGreaterOrEqual(Level.INFO)) {
            lines.add(event.getLevel() + " " + event.getFormattedMessage());
        }
    }

    /** The next line, waited for. */
    public String next() throws InterruptedException {
        String line = lines.poll(WAIT_SECONDS, TimeUnit.SECONDS);
        if (line == null) {
            throw new AssertionError("nothing was logged under " + logger.getName() + " in " + WAIT_SECONDS + " s");
        }
        return line;
    }

    /** The lines so far that were not taken yet. */
    public List<String> rest() {
        List<String> taken = new ArrayList<>();
        lines.drainTo(taken);
        return taken;
    }

    @Override
    public void close() {
        logger.detachAppender(this);
        stop();
    }
}
