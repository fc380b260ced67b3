package dev.orrery.head.artifact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ArtifactRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class ArtifactStoreTest {
    private static final int LIMIT = 1 << 20;
    private static final byte[] JAR = bytes(10_000);

    @TempDir
    private Path folder;

    private ArtifactStore store;

    @BeforeEach
    void start() {
        store = new ArtifactStore(folder, LIMIT);
        store.start();
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void whatCameInPiecesIsGivenInOtherPieces() {
        ArtifactRef jar = ref(JAR);
        assertEquals(List.of(jar), store.missing(List.of(jar)));

        assertFalse(put(jar, 0, 4_000));
        assertFalse(put(jar, 4_000, 8_000));
        assertEquals(List.of(jar), store.missing(List.of(jar)));
        assertTrue(put(jar, 8_000, 10_000));

        assertEquals(List.of(), store.missing(List.of(jar)));
        assertEquals(new ArtifactStore.Chunk(10_000, slice(0, 6_000)), store.get(jar.getSha256(), 0, 6_000));
        assertEquals(new ArtifactStore.Chunk(10_000, slice(6_000, 10_000)), store.get(jar.getSha256(), 6_000, 6_000));
        assertEquals(new ArtifactStore.Chunk(10_000, ByteString.EMPTY), store.get(jar.getSha256(), 10_000, 1));
    }

    @Test
    void bytesMayComeAgainButNotTooEarly() {
        ArtifactRef jar = ref(JAR);
        put(jar, 0, 4_000);
        put(jar, 0, 4_000);
        put(jar, 3_000, 5_000);

        OrreryException gap = fails(ErrorCode.INVALID_ARGUMENT, () -> put(jar, 6_000, 7_000));

        assertEquals("5000", gap.ids().get("offset"));
        assertTrue(put(jar, 5_000, 10_000));
        assertTrue(put(jar, 0, 4_000), "complete stays complete");
    }

    @Test
    void otherBytesAreNotTakenAndMayBeSentAgain() {
        ArtifactRef jar = ref(JAR);
        put(jar, 0, 9_999);

        fails(ErrorCode.ARTIFACT_CORRUPT, () -> store.put(jar, 9_999, ByteString.copyFrom(new byte[] {1})));

        assertEquals(List.of(jar), store.missing(List.of(jar)));
        assertTrue(put(jar, 0, 10_000));
    }

    @Test
    void bytesThatTheDiskChangedAreNotGivenAndGo() throws IOException {
        ArtifactRef jar = ref(JAR);
        put(jar, 0, 10_000);
        byte[] changed = JAR.clone();
        changed[5_000]++;
        Files.write(folder.resolve(jar.getSha256()), changed);

        try (ArtifactStore restarted = new ArtifactStore(folder, LIMIT)) {
            restarted.start();

            fails(ErrorCode.ARTIFACT_CORRUPT, () -> restarted.get(jar.getSha256(), 0, 100));
            fails(ErrorCode.NOT_FOUND, () -> restarted.get(jar.getSha256(), 0, 100));
            assertEquals(List.of(jar), restarted.missing(List.of(jar)));
        }
    }

    @Test
    void whatIsOfAnotherSizeIsMissing() throws IOException {
        ArtifactRef jar = ref(JAR);
        Files.write(folder.resolve(jar.getSha256()), new byte[3]);

        assertEquals(List.of(jar), store.missing(List.of(jar)));
        assertTrue(put(jar, 0, 10_000));
        assertEquals(List.of(), store.missing(List.of(jar)));
    }

    @Test
    void whatCannotBeIsRefused() {
        ArtifactRef jar = ref(JAR);
        fails(ErrorCode.INVALID_ARGUMENT, () -> store.get("../../etc/passwd", 0, 1));
        fails(ErrorCode.INVALID_ARGUMENT, () -> store.get(jar.getSha256(), -1, 1));
        fails(ErrorCode.INVALID_ARGUMENT, () -> store.get(jar.getSha256(), 0, 0));
        fails(ErrorCode.NOT_FOUND, () -> store.get(jar.getSha256(), 0, 1));
        fails(ErrorCode.INVALID_ARGUMENT, () -> store.put(jar, 9_000, slice(0, 2_000)));
        fails(
                ErrorCode.INVALID_ARGUMENT,
                () -> store.put(jar.toBuilder().setSize(LIMIT + 1).build(), 0, slice(0, 1)));
        fails(
                ErrorCode.INVALID_ARGUMENT,
                () -> store.put(jar.toBuilder().setSha256("A".repeat(64)).build(), 0, slice(0, 1)));
    }

    @Test
    void anEmptyArtifactIsOne() {
        ArtifactRef nothing = ref(new byte[0]);

        assertTrue(store.put(nothing, 0, ByteString.EMPTY));

        assertEquals(new ArtifactStore.Chunk(0, ByteString.EMPTY), store.get(nothing.getSha256(), 0, 10));
    }

    @Test
    void twoDriversMaySendTheSameAtOnce() {
        ArtifactRef jar = ref(JAR);
        List<CompletableFuture<Boolean>> drivers = Stream.of(1, 2, 3, 4)
                .map(driver -> CompletableFuture.supplyAsync(() -> {
                    boolean complete = false;
                    for (int from = 0; from < 10_000; from += 500) {
                        complete = put(jar, from, from + 500);
                    }
                    return complete;
                }))
                .toList();

        drivers.forEach(driver -> assertTrue(driver.join()));

        assertEquals(slice(0, 10_000), store.get(jar.getSha256(), 0, 20_000).data());
    }

    @Test
    void aStartSweepsTheUploadsOfEndedHeadsOnly() throws IOException {
        put(ref(JAR), 0, 4_000);
        Path ended = Files.createDirectory(folder.resolve("uploads-of-a-killed-head"));
        Files.write(ended.resolve("part"), new byte[10]);

        try (ArtifactStore other = new ArtifactStore(folder, LIMIT)) {
            other.start();

            assertFalse(Files.exists(ended));
            assertTrue(put(ref(JAR), 4_000, 10_000));
            assertEquals(List.of(), other.missing(List.of(ref(JAR))));
        }
        store.close();
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(0, left.filter(Files::isDirectory).count());
        }
    }

    private boolean put(ArtifactRef jar, int from, int to) {
        return store.put(jar, from, slice(from, to));
    }

    private static ByteString slice(int from, int to) {
        return ByteString.copyFrom(JAR, from, to - from);
    }

    private static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        new Random(7).nextBytes(bytes);
        return bytes;
    }

    private static ArtifactRef ref(byte[] bytes) {
        try {
            String sha256 = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
            return ArtifactRef.newBuilder()
                    .setSha256(sha256)
                    .setName("user.jar")
                    .setSize(bytes.length)
                    .build();
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static OrreryException fails(ErrorCode code, Executable call) {
        OrreryException failure = assertThrows(OrreryException.class, call);
        assertEquals(code, failure.code(), failure.getMessage());
        return failure;
    }
}
