package dev.orrery.benchmarks.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ServerJvmsIT {
    private static final long PATIENCE_SECONDS = 20;
    /** Of a process that a signal ended. */
    private static final int SIGTERM_EXIT = 128 + 15;

    @TempDir
    private Path folder;

    @Test
    void theProcessesEndWithTheOneThatIsEndedByASignal() throws Exception {
        try (ServerJvms jvms = new ServerJvms(folder)) {
            jvms.start();
            ServerJvm bench = jvms.start("bench", List.of(), Bench.class.getName(), List.of(folder.toString()), true);
            try (BufferedReader said = bench.process().inputReader()) {
                ProcessHandle server =
                        ProcessHandle.of(Long.parseLong(said.readLine())).orElseThrow();
                assertTrue(server.isAlive());

                bench.process().destroy();

                assertTrue(bench.process().waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS));
                assertEquals(SIGTERM_EXIT, bench.process().exitValue());
                server.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
                assertFalse(server.isAlive());
            }
        }
    }

    /** Starts one and tells its process. */
    static final class Bench {
        private Bench() {}

        public static void main(String[] arguments) throws IOException, InterruptedException {
            ServerJvms jvms = new ServerJvms(Path.of(arguments[0]));
            jvms.start();
            ServerJvm server = jvms.start("server", List.of(), Sleeper.class.getName(), List.of(), false);
            System.out.println(server.process().pid());
            Thread.sleep(Duration.ofMinutes(1).toMillis());
        }
    }

    /** Stands for a server. */
    static final class Sleeper {
        private Sleeper() {}

        public static void main(String[] arguments) throws InterruptedException {
            Thread.sleep(Duration.ofMinutes(1).toMillis());
        }
    }
}
