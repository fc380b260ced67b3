package dev.orrery.internal.auth;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;

/** A cluster's secret in a file that only its owner can read: Base64, one line. */
public final class SecretFile {
    private static final int NEW_SECRET_BYTES = 32;

    private SecretFile() {}

    public static ClusterSecret read(Path file) {
        try {
            return new ClusterSecret(
                    Base64.getDecoder().decode(Files.readString(file).strip()));
        } catch (IOException e) {
            throw OrreryException.of(
                    ErrorCode.INVALID_CONFIG,
                    "cannot read the cluster's secret from " + file + "; copy it from a host of the cluster (mode 600)",
                    e);
        } catch (IllegalArgumentException e) {
            throw OrreryException.of(
                    ErrorCode.INVALID_CONFIG,
                    file + " holds no cluster secret (Base64 of at least " + ClusterSecret.MIN_BYTES + " bytes)",
                    e);
        }
    }

    /** Makes a random secret with mode 600 when there is none; two processes that do so at once agree. */
    public static ClusterSecret readOrCreate(Path file) {
        if (!Files.exists(file)) {
            create(file);
        }
        return read(file);
    }

    private static void create(Path file) {
        byte[] key = new byte[NEW_SECRET_BYTES];
        new SecureRandom().nextBytes(key);
        Path absolute = file.toAbsolutePath();
        try {
            Files.createDirectories(absolute.getParent());
            Path fresh = Files.createTempFile(
                    absolute.getParent(),
                    "secret",
                    ".new",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            try {
                Files.writeString(fresh, new ClusterSecret(key).encoded() + "\n");
                // A link, unlike a move, never replaces what another process made meanwhile.
                Files.createLink(absolute, fresh);
            } finally {
                Files.delete(fresh);
            }
        } catch (FileAlreadyExistsException e) {
            // Another process was faster; its secret counts.
        } catch (IOException e) {
            throw OrreryException.of(ErrorCode.INVALID_CONFIG, "cannot write the cluster's secret to " + file, e);
        }
    }
}
