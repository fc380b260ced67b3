package dev.orrery.agent.desired;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.DesiredSet;
import dev.orrery.internal.proto.DesiredWorker;
import dev.orrery.internal.proto.Stamp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DesiredSetsTest {
    @TempDir
    Path folder;

    private DesiredSets sets;

    @BeforeEach
    void load() {
        sets = loaded();
    }

    private DesiredSets loaded() {
        DesiredSets loaded = new DesiredSets(new DesiredFiles(folder.resolve("desired.pb"), folder.resolve("cluster")));
        loaded.load();
        return loaded;
    }

    private static DesiredSet set(String cluster, long epoch, long sequence) {
        return DesiredSet.newBuilder()
                .setStamp(Stamp.newBuilder().setCluster(cluster).setEpoch(epoch).setSequence(sequence))
                .addWorkers(DesiredWorker.newBuilder().setLabel(epoch + "." + sequence))
                .build();
    }

    @Test
    void theHigherStampWins() {
        assertTrue(sets.offer(set("c", 2, 5)));
        assertFalse(sets.offer(set("c", 2, 5)), "the same again");
        assertFalse(sets.offer(set("c", 2, 4)), "overtaken");
        assertTrue(sets.offer(set("c", 2, 6)));
        assertTrue(sets.offer(set("c", 3, 1)), "a new leader counts from the start");
        assertEquals(Optional.of(set("c", 3, 1)), sets.current());
    }

    @Test
    void lowerEpochsAreFenced() {
        sets.offer(set("c", 3, 1));
        assertEquals(
                ErrorCode.FENCED,
                assertThrows(OrreryException.class, () -> sets.offer(set("c", 2, 99)))
                        .code());
        assertEquals(
                ErrorCode.FENCED,
                assertThrows(OrreryException.class, () -> sets.joined("c", 2)).code());
        sets.joined("c", 3);
    }

    @Test
    void otherClustersAreRefused() {
        sets.joined("c", 1);
        for (String cluster : new String[] {"d", ""}) {
            assertEquals(
                    ErrorCode.STORE_LOST,
                    assertThrows(OrreryException.class, () -> sets.offer(set(cluster, 9, 9)))
                            .code());
        }
        assertThrows(OrreryException.class, () -> sets.joined("d", 9));
        assertEquals(Optional.empty(), sets.current());
    }

    @Test
    void whatCountsIsReadAgainAtTheStart() {
        sets.offer(set("c", 2, 5));
        DesiredSets next = loaded();
        assertEquals(Optional.of(set("c", 2, 5)), next.current());
        assertEquals(Optional.of("c"), next.cluster());
        assertThrows(OrreryException.class, () -> next.offer(set("c", 1, 1)));
    }

    @Test
    void aDamagedSetIsAsNone() throws IOException {
        sets.offer(set("c", 2, 5));
        Files.write(folder.resolve("desired.pb"), new byte[] {-1, -1, -1});
        assertEquals(Optional.empty(), loaded().current());
        assertEquals(Optional.of("c"), loaded().cluster());
    }
}
