package dev.orrery.benchmarks.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ChildJvmIT {
    @TempDir
    private Path folder;

    private Optional<Integer> run(String what, Duration limit) throws Exception {
        return new ChildJvm(folder)
                .run("child", List.of(), Child.class, List.of(what), Map.of("FROM_THE_CHECK", "7"), limit);
    }

    @Test
    void theExitCodeAndTheOutputOfAChildAreKept() throws Exception {
        assertEquals(Optional.of(7), run("exit", Duration.ofSeconds(50)));
    }

    @Test
    void oneThatHangsIsEndedWithAllThatItStarted() throws Exception {
        assertEquals(Optional.empty(), run("hang", Duration.ofSeconds(4)));
        String said = Files.readString(new ChildJvm(folder).output("child"));
        assertTrue(said.startsWith("started "), said);
        long grandchild = Long.parseLong(said.strip().substring("started ".length()));
        // Whoever adopted it may take a moment to bury it.
        for (int i = 0; i < 500 && isThere(grandchild); i++) {
            Thread.sleep(10);
        }
        assertFalse(isThere(grandchild));
    }

    private static boolean isThere(long pid) {
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
    }

    /** In the child. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) throws IOException, InterruptedException {
            if (arguments[0].equals("exit")) {
                System.exit(Integer.parseInt(System.getenv("FROM_THE_CHECK")));
            }
            Process grandchild = new ProcessBuilder("sleep", "600").start();
            System.out.println("started " + grandchild.pid());
            System.out.flush();
            grandchild.waitFor();
        }
    }
}
