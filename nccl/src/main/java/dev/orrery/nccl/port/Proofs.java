package dev.orrery.nccl.port;

import dev.orrery.internal.auth.ClusterSecret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;

/**
 * The mutual proof of knowing the cluster's secret. Both sides' proofs cover both sides' nonces, so none can be replayed,
 * and all that the hello says (world, rank, members), so none can be used for anything else.
 */
final class Proofs {
    private static final int NONCE_BYTES = 32;
    private static final byte[] ACCEPTOR = "orrery world, accepting side".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CONNECTOR = "orrery world, connecting side".getBytes(StandardCharsets.US_ASCII);

    private final ClusterSecret secret;
    private final SecureRandom random;

    Proofs(ClusterSecret secret) {
        this.secret = secret;
        this.random = new SecureRandom();
    }

    byte[] nonce() {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        return nonce;
    }

    byte[] ofAcceptor(byte[] hello, byte[] challenge) {
        return secret.mac(ACCEPTOR, hello, challenge);
    }

    byte[] ofConnector(byte[] hello, byte[] challenge) {
        return secret.mac(CONNECTOR, hello, challenge);
    }

    static boolean isNonce(byte[] nonce) {
        return nonce.length == NONCE_BYTES;
    }

    /** In time that does not depend on the bytes. */
    static boolean same(byte[] one, byte[] other) {
        return MessageDigest.isEqual(one, other);
    }
}
