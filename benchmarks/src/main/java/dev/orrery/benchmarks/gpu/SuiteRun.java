package dev.orrery.benchmarks.gpu;

import dev.orrery.benchmarks.gpu.SuiteResult.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Runs a suite in a process of its own, and reads what it told, however it ended. */
final class SuiteRun {
    private static final double NANOS_PER_SECOND = 1e9;

    private final ChildJvm child;
    private final GpuSetting setting;
    private final Path folder;

    SuiteRun(ChildJvm child, GpuSetting setting, Path folder) {
        this.child = child;
        this.setting = setting;
        this.folder = folder;
    }

    /** @param hostEach whether each process of the tests is to be on an NCCL host of its own */
    SuiteResult run(Suite suite, Map<String, String> environment, boolean hostEach)
            throws IOException, InterruptedException {
        List<String> options = new ArrayList<>(List.of("-Xmx1g", "-Dorrery.test.carrier=NCCL"));
        setting.libraries().cuda().ifPresent(at -> options.add("-Dorrery.test.cuda-lib=" + at));
        setting.libraries().nccl().ifPresent(at -> options.add("-Dorrery.test.nccl-lib=" + at));
        // The probe has found them: a test that does not would be skipped without this.
        options.add("-Dorrery.test.emulation.required=true");
        if (hostEach) {
            options.add("-Dorrery.test.nccl-host-each=true");
        }
        Path events = folder.resolve(suite.name() + "-events.jsonl");
        List<String> arguments = new ArrayList<>(List.of(events.toString()));
        arguments.addAll(suite.selectors());
        long start = System.nanoTime();
        Optional<Integer> exit =
                child.run(suite.name(), options, SuiteMain.class, arguments, environment, suite.limit());
        double seconds = (System.nanoTime() - start) / NANOS_PER_SECOND;
        List<String> lines = Files.exists(events) ? Files.readAllLines(events) : List.of();
        return read(suite, GpuEnvironment.shown(environment), exit, seconds, lines);
    }

    /** @param exit empty: it had to be killed */
    static SuiteResult read(
            Suite suite, Map<String, String> environment, Optional<Integer> exit, double seconds, List<String> lines) {
        Set<String> running = new LinkedHashSet<>();
        List<Failure> failures = new ArrayList<>();
        Map<String, Integer> skips = new TreeMap<>();
        int passed = 0;
        int skipped = 0;
        List<TestEvent> told =
                lines.stream().map(TestEvent::of).flatMap(Optional::stream).toList();
        for (TestEvent event : told) {
            running.remove(event.test());
            switch (event.kind()) {
                case STARTED -> running.add(event.test());
                case PASSED -> passed++;
                case FAILED -> failures.add(new Failure(event.test(), event.why()));
                case SKIPPED -> {
                    skipped++;
                    skips.merge(event.why(), 1, Integer::sum);
                }
            }
        }
        boolean ended = exit.filter(code -> code == 0).isPresent();
        if (!ended) {
            failures.add(new Failure(running.isEmpty() ? suite.name() : String.join(", ", running), end(suite, exit)));
        } else if (passed == 0 && failures.isEmpty()) {
            failures.add(new Failure(suite.name(), "no test passed: %d were skipped".formatted(skipped)));
        }
        return new SuiteResult(
                suite.name(),
                environment,
                ended,
                passed,
                failures.size(),
                skipped,
                seconds,
                suite.limit().toSeconds(),
                failures,
                skips);
    }

    private static String end(Suite suite, Optional<Integer> exit) {
        return exit.map(code -> "the process of the tests ended with exit code " + code)
                .orElseGet(() -> "the process of the tests did not end within "
                        + suite.limit().toSeconds() + " s and was killed");
    }
}
