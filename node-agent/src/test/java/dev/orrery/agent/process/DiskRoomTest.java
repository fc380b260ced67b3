package dev.orrery.agent.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskRoomTest {
    @TempDir
    private Path folder;

    private long free = DiskRoom.AGAIN_BYTES;
    private int changes;

    private DiskRoom room(Path where) {
        return new DiskRoom(where, "host-1", () -> free, () -> changes++);
    }

    @Test
    void aFullDiskIsSaidOnceWithFolderAndHost() {
        DiskRoom room = room(folder);
        room.look();
        assertEquals(Optional.empty(), room.obstacle());
        free = DiskRoom.LEAST_BYTES - 1;
        room.look();
        free = 0;
        room.look();
        assertEquals(Optional.of("no space left on " + folder + ", on host-1: a worker needs 16 MB"), room.obstacle());
        assertEquals(1, changes);
        CannotLaunchException refused = assertThrows(CannotLaunchException.class, room::require);
        assertEquals(room.obstacle(), Optional.of(refused.getMessage()));
    }

    @Test
    void onceFullItNeedsMoreToBeUsedAgain() {
        DiskRoom room = room(folder);
        free = 0;
        room.look();
        free = DiskRoom.AGAIN_BYTES - 1;
        room.look();
        assertTrue(room.obstacle().isPresent());
        free = DiskRoom.AGAIN_BYTES;
        room.look();
        assertEquals(Optional.empty(), room.obstacle());
        room.require();
        assertEquals(2, changes);
    }

    @Test
    void whatCannotBeWrittenIsNoRoomHoweverMuchIsFree() throws IOException {
        Path later = folder.resolve("later");
        DiskRoom room = room(later);
        room.look();
        assertEquals(Optional.empty(), room.obstacle(), "without a reason nothing is written");
        assertThrows(CannotLaunchException.class, room::require);
        room.look();
        assertTrue(room.obstacle().orElseThrow().startsWith("cannot write to " + later), room.obstacle()::get);
        Files.createDirectories(later);
        room.look();
        assertEquals(Optional.empty(), room.obstacle());
        try (var left = Files.list(later)) {
            assertEquals(0, left.count());
        }
    }

    @Test
    void launchesAtTheSameTimeDoNotFindEachOthersProbes() throws Exception {
        DiskRoom room = room(folder);
        ExecutorService launches = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> all = IntStream.range(0, 4)
                    .<Future<?>>mapToObj(thread -> launches.submit(() -> {
                        for (int i = 0; i < 200; i++) {
                            room.require();
                        }
                    }))
                    .toList();
            for (Future<?> each : all) {
                each.get(30, TimeUnit.SECONDS);
            }
        } finally {
            launches.shutdownNow();
        }
        assertEquals(0, changes);
    }
}
