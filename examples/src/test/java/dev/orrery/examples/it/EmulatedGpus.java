package dev.orrery.examples.it;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.orrery.examples.cluster.LocalClusterOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Eight emulated GPUs of this machine, four for each of two nodes. */
final class EmulatedGpus {
    private static final Path LIBRARIES =
            Path.of("..", "nccl", "target", "emulation").toAbsolutePath().normalize();

    private EmulatedGpus() {}

    /** Skips the test where they cannot be had. */
    static LocalClusterOptions.Builder offer(LocalClusterOptions.Builder options) {
        if (!Files.exists(LIBRARIES.resolve("libnccl.so.2"))) {
            if (Boolean.getBoolean("orrery.test.emulation.required")) {
                fail("NCCL is not emulated: there is no " + LIBRARIES);
            }
            assumeTrue(false, "NCCL is not emulated here (that needs gcc)");
        }
        return options.nodes("node-a", "node-b")
                .visibleGpus("node-a", "0,1,2,3")
                .visibleGpus("node-b", "4,5,6,7")
                .agent("gpu.cuda-lib", LIBRARIES.toString())
                .agent("gpu.nccl-lib", LIBRARIES.toString());
    }

    /** Switches of the emulation for every process that looks at the file, one a line; none takes all back. */
    static void switchTo(String... lines) throws IOException {
        Path file = Path.of(System.getenv("ORRERY_EMULATED_FAULTS"));
        Files.createDirectories(file.getParent());
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(fresh, String.join("\n", lines) + "\n");
        Files.move(fresh, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }
}
