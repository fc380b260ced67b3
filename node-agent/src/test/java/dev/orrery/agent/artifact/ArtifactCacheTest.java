package dev.orrery.agent.artifact;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ArtifactRef;
import dev.orrery.internal.proto.GetArtifactRequest;
import dev.orrery.internal.proto.GetArtifactResponse;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.testing.ManualTimers;
import dev.orrery.testing.TestingClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArtifactCacheTest {
    @TempDir
    Path folder;

    private final List<GetArtifactRequest> requests = new ArrayList<>();
    private final byte[] bytes = new byte[2 * ArtifactDownload.CHUNK_BYTES + 10];
    private int unreachable;
    private int corrupt;
    private boolean missing;

    private final ManualTimers timers = new ManualTimers(new TestingClock());
    private ArtifactCache cache;

    @BeforeEach
    void create() {
        cache = new ArtifactCache(folder, this::serve, timers);
    }

    private ArtifactRef ref() throws Exception {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
        return ref(HexFormat.of().formatHex(hash));
    }

    private static ArtifactRef ref(String sha256) {
        return ArtifactRef.newBuilder().setName("user.jar").setSha256(sha256).build();
    }

    private Path file(ArtifactRef ref) {
        return folder.resolve(ref.getSha256() + ".jar");
    }

    private static ErrorCode code(CompletableFuture<?> failed) {
        CompletionException thrown = assertThrows(CompletionException.class, failed::join);
        return ((OrreryException) ErrorCodec.unwrap(thrown)).code();
    }

    @Test
    void bytesComeInChunksOnce() throws Exception {
        ArtifactRef ref = ref();
        CompletableFuture<List<Path>> first = cache.get(List.of(ref));
        CompletableFuture<List<Path>> second = cache.get(List.of(ref));
        timers.runAll();
        assertEquals(List.of(file(ref)), first.join());
        assertEquals(first.join(), second.join());
        assertEquals(3, requests.size());
        assertArrayEquals(bytes, Files.readAllBytes(file(ref)));

        ArtifactCache restarted = new ArtifactCache(folder, this::serve, timers);
        CompletableFuture<List<Path>> again = restarted.get(List.of(ref));
        timers.runAll();
        assertEquals(List.of(file(ref)), again.join());
        assertEquals(3, requests.size());
    }

    @Test
    void aDamagedFileIsFetchedAgain() throws Exception {
        ArtifactRef ref = ref();
        Files.writeString(file(ref), "damaged");
        CompletableFuture<List<Path>> fetched = cache.get(List.of(ref));
        timers.runAll();
        fetched.join();
        assertArrayEquals(bytes, Files.readAllBytes(file(ref)));
    }

    @Test
    void aLostConnectionIsWaitedOut() throws Exception {
        unreachable = 3;
        CompletableFuture<List<Path>> fetched = cache.get(List.of(ref()));
        timers.runAll();
        assertFalse(fetched.isDone());
        timers.advance(Duration.ofMillis(3 * ArtifactDownload.RETRY_MILLIS));
        assertTrue(fetched.isDone());
        assertEquals(6, requests.size());
    }

    @Test
    void corruptBytesAreNeverUsed() throws Exception {
        corrupt = 1;
        CompletableFuture<List<Path>> fetched = cache.get(List.of(ref()));
        timers.runAll();
        assertArrayEquals(bytes, Files.readAllBytes(fetched.join().get(0)));

        ArtifactRef other = ref("0".repeat(64));
        CompletableFuture<List<Path>> failed = cache.get(List.of(other));
        timers.runAll();
        assertEquals(ErrorCode.ARTIFACT_CORRUPT, code(failed));
        assertFalse(Files.exists(file(other)));
    }

    @Test
    void whatCannotHealFailsAndCanBeAskedForAnew() throws Exception {
        assertEquals(ErrorCode.INVALID_ARGUMENT, code(cache.get(List.of(ref("../../x")))));
        missing = true;
        CompletableFuture<List<Path>> failed = cache.get(List.of(ref()));
        timers.runAll();
        assertEquals(ErrorCode.NOT_FOUND, code(failed));
        missing = false;
        CompletableFuture<List<Path>> fetched = cache.get(List.of(ref()));
        timers.runAll();
        assertEquals(1, fetched.join().size());
    }

    private CompletableFuture<GetArtifactResponse> serve(GetArtifactRequest request) {
        requests.add(request);
        if (unreachable > 0) {
            unreachable--;
            return CompletableFuture.failedFuture(OrreryException.of(ErrorCode.CONNECTION_LOST, "gone"));
        }
        if (missing) {
            return CompletableFuture.failedFuture(OrreryException.of(ErrorCode.NOT_FOUND, "no such artifact"));
        }
        int offset = (int) request.getOffset();
        byte[] chunk =
                java.util.Arrays.copyOfRange(bytes, offset, Math.min(bytes.length, offset + request.getMaxBytes()));
        if (corrupt > 0) {
            corrupt--;
            chunk[0] ^= 1;
        }
        return CompletableFuture.completedFuture(GetArtifactResponse.newBuilder()
                .setSize(bytes.length)
                .setData(ByteString.copyFrom(chunk))
                .build());
    }
}
