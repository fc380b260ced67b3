package dev.orrery.nccl.port;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Channel operations whose outcome the channel itself tells: a write that fails closes the channel, and its closing is
 * noticed by its handler.
 */
@SuppressWarnings("FutureReturnValueIgnored")
public final class Wire {
    private static final Logger log = LoggerFactory.getLogger(Wire.class);

    private Wire() {}

    public static void write(ChannelHandlerContext ctx, ByteBuf bytes) {
        ctx.write(bytes).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }

    /** {@code then} is called on the channel's thread as soon as the transport does not use the bytes any more. */
    public static void write(ChannelHandlerContext ctx, ByteBuf bytes, WriteOutcome then) {
        ctx.write(bytes).addListener(future -> {
            then.done(future.isSuccess());
            if (!future.isSuccess()) {
                ctx.close();
            }
        });
    }

    /** Told of the end of a write. */
    @FunctionalInterface
    public interface WriteOutcome {
        void done(boolean written);
    }

    static void writeAndFlush(Channel channel, ByteBuf bytes) {
        channel.writeAndFlush(bytes).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }

    public static void writeAndClose(ChannelHandlerContext ctx, ByteBuf bytes) {
        ctx.writeAndFlush(bytes).addListener(ChannelFutureListener.CLOSE);
    }

    public static void close(ChannelHandlerContext ctx) {
        ctx.close();
    }

    public static void close(Channel channel) {
        channel.close();
    }

    /** {@code then} is told on the channel's thread, with what it failed with. */
    static void whenDone(ChannelFuture operation, Consumer<Optional<Throwable>> then) {
        operation.addListener(done -> then.accept(Optional.ofNullable(done.cause())));
    }

    /** Runs it on the channel's thread; at the end of the process's worlds nothing runs any more. */
    public static void execute(EventExecutor loop, Runnable task) {
        execute(loop, task, () -> {});
    }

    /** At the end of the process's worlds it runs {@code atTheEnd} instead, on the calling thread. */
    public static void execute(EventExecutor loop, Runnable task, Runnable atTheEnd) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            log.debug("a task came after the end", e);
            atTheEnd.run();
        }
    }

    /** Runs it on the channel's thread, later. */
    public static void after(EventExecutor loop, Duration delay, Runnable task) {
        loop.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    public static Future<?> every(EventExecutor loop, Duration interval, Runnable task) {
        return loop.scheduleWithFixedDelay(task, interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
    }
}
