package dev.orrery.agent.gpu;

import dev.orrery.agent.process.ExitStatus;
import dev.orrery.internal.gpu.NcclVersion;
import dev.orrery.internal.proto.Gpu;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the probe says: a line {@code nccl <version code>} or {@code off <cause>}, and a line
 * {@code gpu <uuid> <memory bytes> <name>} for each GPU in CUDA's order. Libraries print too, so other lines mean nothing.
 */
final class ProbeOutput {
    private static final String WHO = "the GPU probe";
    private static final int LONGEST_CAUSE = 400;
    private static final int LONGEST_NAME = 100;
    private static final Pattern NCCL = Pattern.compile("nccl ([1-9]\\d{0,8})");
    private static final Pattern OFF = Pattern.compile("off (\\S.*)");
    // A comma would make two of it in CUDA_VISIBLE_DEVICES.
    private static final Pattern GPU = Pattern.compile("gpu ([^\\s,]+) (\\d{1,18}) (\\S.*)");
    /** What the JVM says before anything else when its environment names options. */
    private static final String JVM_NOTE = "Picked up ";

    private static final Pattern CRASH = Pattern.compile("#\\s+(SIG[A-Z]+) \\(.*");
    private static final String CRASH_FRAME = "# Problematic frame:";

    private ProbeOutput() {}

    /** Of a probe that ended by itself. A list that it may not have finished is worth nothing. */
    static FoundGpus read(ExitStatus status, List<String> output, List<String> errors) {
        if (status instanceof ExitStatus.Signal signal) {
            return FoundGpus.none(cause(WHO + " was ended by signal " + signal.number(), output, errors));
        }
        if (status instanceof ExitStatus.Code code && code.code() != 0) {
            return FoundGpus.none(cause(WHO + " exited with code " + code.code(), output, errors));
        }
        return read(output);
    }

    /** Of a probe that never ended, or could not be run. */
    static FoundGpus failed(String how, List<String> errors) {
        return FoundGpus.none(cause(WHO + " " + how, List.of(), errors));
    }

    private static FoundGpus read(List<String> output) {
        Map<String, Gpu> gpus = new LinkedHashMap<>();
        Optional<NcclVersion> nccl = Optional.empty();
        String off = WHO + " said nothing about NCCL";
        for (String line : output) {
            Matcher version = NCCL.matcher(line);
            Matcher cause = OFF.matcher(line);
            Matcher gpu = GPU.matcher(line);
            if (version.matches()) {
                nccl = Optional.of(new NcclVersion(Integer.parseInt(version.group(1))));
            } else if (cause.matches()) {
                off = cut(cause.group(1), LONGEST_CAUSE);
            } else if (gpu.matches()) {
                gpus.putIfAbsent(gpu.group(1), gpu(gpus.size(), gpu));
            }
        }
        return new FoundGpus(List.copyOf(gpus.values()), nccl, nccl.isPresent() ? "" : off);
    }

    private static Gpu gpu(int index, Matcher line) {
        return Gpu.newBuilder()
                .setIndex(index)
                .setUuid(line.group(1))
                .setMemoryBytes(Long.parseLong(line.group(2)))
                .setName(cut(line.group(3), LONGEST_NAME))
                .build();
    }

    private static String cause(String how, List<String> output, List<String> errors) {
        String first = crash(output)
                .or(() -> errors.stream()
                        .map(String::strip)
                        .filter(line -> !line.isEmpty() && !line.startsWith(JVM_NOTE))
                        .findFirst())
                .map(line -> ": " + line)
                .orElse("");
        return cut(how + first, LONGEST_CAUSE);
    }

    /** What a JVM that its libraries end says, on its output; its exit code is 1 then, as for much else. */
    private static Optional<String> crash(List<String> output) {
        Optional<String> signal = output.stream()
                .map(CRASH::matcher)
                .filter(Matcher::matches)
                .map(line -> line.group(1))
                .findFirst();
        int frame = output.indexOf(CRASH_FRAME) + 1;
        String where = frame > 0 && frame < output.size()
                ? " in " + output.get(frame).replaceAll("[#\\s]+", " ").strip()
                : "";
        return signal.map(name -> "it crashed by " + name + where);
    }

    private static String cut(String text, int limit) {
        String stripped = text.strip();
        return stripped.length() <= limit ? stripped : stripped.substring(0, limit) + "…";
    }
}
