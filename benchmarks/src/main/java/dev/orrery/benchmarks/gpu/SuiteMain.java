package dev.orrery.benchmarks.gpu;

import dev.orrery.benchmarks.gpu.TestEvent.Kind;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs tests in this process: a file for its events, then JUnit's selectors. Exits 0 whatever they find. */
final class SuiteMain {
    private SuiteMain() {}

    public static void main(String[] arguments) throws IOException {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(Arrays.stream(arguments)
                        .skip(1)
                        .map(text -> DiscoverySelectors.parse(text).orElseThrow())
                        .toList())
                .build();
        try (PrintWriter out =
                new PrintWriter(Files.newBufferedWriter(Path.of(arguments[0]), StandardCharsets.UTF_8), true)) {
            LauncherFactory.create().execute(request, new Teller(out));
        }
        // Threads of native libraries and of hung operations may live on.
        System.exit(0);
    }

    /** Tells of tests, and of failures and skips of classes. */
    private static final class Teller implements TestExecutionListener {
        private final PrintWriter out;
        private TestPlan plan;

        Teller(PrintWriter out) {
            this.out = out;
        }

        @Override
        public void testPlanExecutionStarted(TestPlan started) {
            plan = started;
        }

        @Override
        public void executionStarted(TestIdentifier test) {
            if (test.isTest()) {
                tell(Kind.STARTED, test, "");
            }
        }

        @Override
        public void executionSkipped(TestIdentifier test, String reason) {
            tell(Kind.SKIPPED, test, reason);
        }

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            String why = result.getThrowable().map(Teller::text).orElse("");
            switch (result.getStatus()) {
                case SUCCESSFUL -> {
                    if (test.isTest()) {
                        tell(Kind.PASSED, test, "");
                    }
                }
                case ABORTED -> tell(Kind.SKIPPED, test, why.replaceFirst("^Assumption failed: ", ""));
                case FAILED -> {
                    tell(Kind.FAILED, test, why);
                    result.getThrowable().ifPresent(Throwable::printStackTrace);
                }
            }
        }

        private static String text(Throwable failure) {
            String cause = failure.getCause() == null ? "" : "; caused by " + failure.getCause();
            return failure.getMessage() == null ? failure + cause : failure.getMessage() + cause;
        }

        private void tell(Kind kind, TestIdentifier test, String why) {
            out.println(new TestEvent(kind, name(test), why).line());
        }

        /** From the class down; the engine and the carrier, which is the same for all, say nothing. */
        private String name(TestIdentifier test) {
            Deque<String> names = new ArrayDeque<>();
            TestIdentifier each = test;
            while (each.getParentId().isPresent()) {
                if (!each.getType().isContainer() || !each.getDisplayName().startsWith("[")) {
                    names.push(each.getDisplayName());
                }
                each = plan.getParent(each).orElseThrow();
            }
            return String.join(" > ", names);
        }
    }
}
