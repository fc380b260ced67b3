package dev.orrery.internal.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.InvalidConfigException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretFileTest {
    @TempDir
    Path folder;

    @Test
    void isMadeOnceAndOnlyForItsOwner() throws Exception {
        Path file = folder.resolve("deep").resolve("secret");
        ClusterSecret made = SecretFile.readOrCreate(file);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertEquals(made, SecretFile.readOrCreate(file));
        assertEquals(made, SecretFile.read(file));
        assertFalse(made.toString().contains(made.encoded()));
    }

    @Test
    void thoseWhoMakeItAtOnceAgreeAndLeaveNothingElse() throws Exception {
        Path file = folder.resolve("secret");
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            Callable<ClusterSecret> make = () -> SecretFile.readOrCreate(file);
            HashSet<ClusterSecret> made = new HashSet<>();
            for (Future<ClusterSecret> one :
                    threads.invokeAll(Stream.generate(() -> make).limit(32).toList())) {
                made.add(one.get());
            }
            assertEquals(1, made.size());
        } finally {
            threads.shutdownNow();
        }
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(List.of(file), left.toList());
        }
    }

    @Test
    void whatIsNoSecretIsSaid() throws Exception {
        Path file = folder.resolve("secret");
        assertNamed(file, "cannot read");
        Files.writeString(file, "not base64 at all!");
        assertNamed(file, "holds no cluster secret");
        Files.writeString(file, "c2hvcnQ=\n");
        assertNamed(file, "at least 16 bytes");
    }

    private static void assertNamed(Path file, String part) {
        String message = assertThrows(InvalidConfigException.class, () -> SecretFile.read(file))
                .getMessage();
        assertTrue(message.contains(part) && message.contains(file.toString()), message);
    }

    @Test
    void macDependsOnEveryPartAndItsPlace() {
        ClusterSecret secret = new ClusterSecret("sixteen bytes ok".getBytes(StandardCharsets.UTF_8));
        byte[] ab = {1, 2};
        byte[] a = {1};
        byte[] b = {2};
        assertEquals(32, secret.mac(ab).length);
        assertFalse(java.util.Arrays.equals(secret.mac(ab), secret.mac(a, b)));
        assertFalse(java.util.Arrays.equals(secret.mac(a, b), secret.mac(b, a)));
    }
}
