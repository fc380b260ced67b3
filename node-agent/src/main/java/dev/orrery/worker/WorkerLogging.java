package dev.orrery.worker;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import dev.orrery.worker.launch.LaunchSpec;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import org.slf4j.LoggerFactory;

/** Writes the worker's log to its standard output, apart from user code's prints, and never waits for it. */
final class WorkerLogging {
    private static final int QUEUE = 8_192;

    private WorkerLogging() {}

    static void configure(LaunchSpec launch) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%d{yyyy-MM-dd'T'HH:mm:ss.SSS} %-5level [" + escaped(launch.label()) + " "
                + escaped(launch.life().getActor()) + "#" + launch.life().getIncarnation()
                + "] %thread %logger{24} - %msg%n");
        encoder.start();

        OutputStreamAppender<ILoggingEvent> output = new OutputStreamAppender<>();
        output.setContext(context);
        output.setEncoder(encoder);
        // Not System.out: user code may replace or hold it.
        output.setOutputStream(new StandardOutput());
        output.start();

        AsyncAppender async = new AsyncAppender();
        async.setContext(context);
        async.setQueueSize(QUEUE);
        async.setDiscardingThreshold(0);
        async.setNeverBlock(true);
        async.addAppender(output);
        async.start();

        ch.qos.logback.classic.Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        // What a process without a life does is a rehearsal.
        root.setLevel(launch.isBound() ? Level.INFO : Level.WARN);
        // It advises about users' classes.
        context.getLogger("org.apache.fory").setLevel(Level.ERROR);
        root.addAppender(async);
    }

    /** Stays open when the log is configured anew. */
    private static final class StandardOutput extends FileOutputStream {
        StandardOutput() {
            super(FileDescriptor.out);
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }

    /** Of a pattern these are special. */
    private static String escaped(String text) {
        return text.replaceAll("[%()\\\\]", "_");
    }

    /** Writes what is queued, in bounded time. */
    static void flush() {
        ((LoggerContext) LoggerFactory.getILoggerFactory()).stop();
    }
}
