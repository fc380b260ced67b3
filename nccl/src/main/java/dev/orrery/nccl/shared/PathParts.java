package dev.orrery.nccl.shared;

import java.nio.channels.SocketChannel;

/**
 * What a path is made of; it owns the file and the bell.
 *
 * @param creator whether this side made the file
 * @param self for people
 * @param peer for people
 */
public record PathParts(RingFile file, boolean creator, SocketChannel bell, String self, String peer) {
    /** Instead of making a path of them. */
    public void discard() {
        new Bell(bell).close();
        file.close();
    }
}
