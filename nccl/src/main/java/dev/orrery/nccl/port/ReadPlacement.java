package dev.orrery.nccl.port;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import java.util.Optional;

/**
 * Where a channel's next bytes are read to: a pooled buffer of a size that adapts itself, or whatever the channel's user
 * chooses. One for each channel, used by the channel's thread only.
 */
public final class ReadPlacement implements RecvByteBufAllocator {
    /** Asked before each read. */
    public interface Chooser {
        /** Returns an empty buffer for the next read, and empty when any will do. The transport releases it or passes it on. */
        Optional<ByteBuf> place(ByteBufAllocator allocator);
    }

    private static final int SMALLEST_READ = 512;
    private static final int FIRST_READ = 16 << 10;
    private static final int LARGEST_READ = 256 << 10;

    private final RecvByteBufAllocator usual =
            new AdaptiveRecvByteBufAllocator(SMALLEST_READ, FIRST_READ, LARGEST_READ);
    private Chooser chooser = allocator -> Optional.empty();

    ReadPlacement() {}

    /** The channel's; empty when it has none. */
    public static Optional<ReadPlacement> of(Channel channel) {
        RecvByteBufAllocator its = channel.config().getRecvByteBufAllocator();
        return its instanceof ReadPlacement placement ? Optional.of(placement) : Optional.empty();
    }

    public void choose(Chooser value) {
        chooser = value;
    }

    // What Netty wants a handle to be is called deprecated by it.
    @SuppressWarnings("deprecation")
    @Override
    public Handle newHandle() {
        return new PlacingHandle(usual.newHandle());
    }

    @SuppressWarnings("deprecation")
    private final class PlacingHandle extends DelegatingHandle implements ExtendedHandle {
        PlacingHandle(Handle usual) {
            super(usual);
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
            return chooser.place(allocator).orElseGet(() -> delegate().allocate(allocator));
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier mayHaveMore) {
            return ((ExtendedHandle) delegate()).continueReading(mayHaveMore);
        }
    }
}
