package dev.orrery.benchmarks.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** @param load the load average when the run began: what else was running */
public record MachineFacts(String cpu, int cores, String memory, String kernel, String jdk, String load) {
    private static final Path CPU = Path.of("/proc/cpuinfo");
    private static final Path MEMORY = Path.of("/proc/meminfo");
    private static final Path KERNEL = Path.of("/proc/sys/kernel/osrelease");
    private static final Path LOAD = Path.of("/proc/loadavg");

    /** The day, for people. */
    public static String today() {
        return LocalDate.now(ZoneOffset.UTC).toString();
    }

    public static MachineFacts here() throws IOException {
        return new MachineFacts(
                property(CPU, "model name"),
                Runtime.getRuntime().availableProcessors(),
                property(MEMORY, "MemTotal"),
                Files.readString(KERNEL).strip(),
                System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"),
                Files.readString(LOAD).strip());
    }

    /** The value of the first line {@code name : value}. */
    private static String property(Path file, String name) throws IOException {
        return Files.readAllLines(file).stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("unknown");
    }
}
