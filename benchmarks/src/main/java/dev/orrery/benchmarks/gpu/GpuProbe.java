package dev.orrery.benchmarks.gpu;

import dev.orrery.internal.gpu.NcclVersion;
import dev.orrery.nccl.cuda.ProbeMain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Looks for GPUs and NCCL in a process of its own. */
final class GpuProbe {
    /** Drivers of many GPUs take long to start. */
    private static final Duration LIMIT = Duration.ofSeconds(60);
    /** Set by the driver's kernel module. */
    private static final Path DRIVER = Path.of("/sys/module/nvidia/version");

    private static final int VERSION_UNIT = 1_000;
    private static final int MINOR_UNIT = 10;
    private static final int MOST_WORDS = 4;

    private final ChildJvm child;

    GpuProbe(ChildJvm child) {
        this.child = child;
    }

    FoundGpus run(GpuSetting setting) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>();
        setting.libraries().cuda().ifPresent(at -> arguments.addAll(List.of("--cuda-lib", at.toString())));
        setting.libraries().nccl().ifPresent(at -> arguments.addAll(List.of("--nccl-lib", at.toString())));
        Map<String, String> environment = new GpuEnvironment(setting, 0, Optional.empty()).ofAll();
        Optional<Integer> exit = child.run(
                "probe", List.of("-XX:+UseSerialGC"), ProbeMain.class, List.copyOf(arguments), environment, LIMIT);
        // Every byte is a character of it, so that no library's output is an error here.
        List<String> lines = Files.readAllLines(child.output("probe"), StandardCharsets.ISO_8859_1);
        if (exit.isEmpty()) {
            return FoundGpus.none("CUDA and NCCL did not answer within " + LIMIT.toSeconds() + " s");
        }
        return exit.get() == 0 ? read(lines) : FoundGpus.none(crash(exit.get(), lines));
    }

    private static String crash(int exit, List<String> lines) {
        String last = lines.stream()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.equals("#"))
                .reduce((before, line) -> line)
                .orElse("");
        return "the process that loaded CUDA and NCCL ended with exit code " + exit + ": " + last;
    }

    static FoundGpus read(List<String> lines) {
        List<FoundGpus.Device> devices = new ArrayList<>();
        Optional<NcclVersion> nccl = Optional.empty();
        String cuda = "";
        String off = "the process that looked for GPUs said nothing of them";
        for (String line : lines) {
            String[] words = line.split(" ", MOST_WORDS);
            switch (words[0]) {
                case "nccl" -> nccl = Optional.of(new NcclVersion(Integer.parseInt(words[1])));
                case "cuda" -> cuda = "driver for CUDA " + version(words[1]) + ", runtime " + version(words[2]);
                case "gpu" ->
                    devices.add(new FoundGpus.Device(devices.size(), words[1], Long.parseLong(words[2]), words[3]));
                case "off" -> off = line.substring("off ".length());
                default -> {
                    // Libraries print, too.
                }
            }
        }
        return nccl.isPresent() ? new FoundGpus(devices, nccl, cuda, driver(), "") : FoundGpus.none(off);
    }

    /** 13020 is 13.2. */
    private static String version(String code) {
        int number = Integer.parseInt(code);
        return number / VERSION_UNIT + "." + number % VERSION_UNIT / MINOR_UNIT;
    }

    private static String driver() {
        try {
            return Files.readString(DRIVER).strip();
        } catch (IOException e) {
            return "unknown: " + DRIVER + " cannot be read";
        }
    }
}
