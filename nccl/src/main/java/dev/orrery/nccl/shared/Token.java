package dev.orrery.nccl.shared;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;

/**
 * The first bytes on a Unix domain socket: told over a connection whose two sides have proven themselves, so that whoever
 * brings them is the peer and nobody else who may connect.
 */
public final class Token {
    public static final int BYTES = 32;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] bytes;

    private Token(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Another one for each socket. */
    public static Token random() {
        byte[] bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        return new Token(bytes);
    }

    /** Throws PROTOCOL when it is none. */
    public static Token of(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw OrreryException.of(
                    ErrorCode.PROTOCOL, "a token has " + BYTES + " bytes, not the " + bytes.length + " that came");
        }
        return new Token(bytes.clone());
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    /** Takes what is in {@code brought}. In a time that tells nothing. */
    public boolean isIn(ByteBuffer brought) {
        byte[] other = new byte[brought.remaining()];
        brought.get(other);
        return MessageDigest.isEqual(bytes, other);
    }
}
