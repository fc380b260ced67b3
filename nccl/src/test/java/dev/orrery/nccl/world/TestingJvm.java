package dev.orrery.nccl.world;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** A JVM of its own, which is told what to do by lines, and says by lines what happens. */
final class TestingJvm implements AutoCloseable {
    private static final int SHOWN_LINES = 30;
    /** By what a process of the tests finds CUDA and NCCL, beside the environment. */
    private static final List<String> LIBRARIES = List.of(
            "org.bytedeco.javacpp.platform.linkpath",
            "org.bytedeco.javacpp.cachedir",
            TestingGpus.CUDA_LIBRARY,
            TestingGpus.NCCL_LIBRARY);
    /**
     * Set where processes share a GPU: NCCL refuses that within a host. To have a host of its own each gets another value of
     * this variable, and NCCL goes over its network transport.
     */
    private static final boolean HOSTS_OF_THEIR_OWN = Boolean.getBoolean("orrery.test.nccl-host-each");

    private static final String NCCL_HOST = "NCCL_HOSTID";
    private static final AtomicInteger started = new AtomicInteger();

    private final Process process;
    private final List<String> said = new ArrayList<>();
    private boolean ended;

    private TestingJvm(Process process) {
        this.process = process;
    }

    /** @param command what comes before the class path, the JVM and its options */
    static TestingJvm start(List<String> command, Class<?> main, List<String> arguments) throws IOException {
        List<String> all = new ArrayList<>(command);
        for (String property : LIBRARIES) {
            Optional.ofNullable(System.getProperty(property))
                    .ifPresent(value -> all.add("-D" + property + "=" + value));
        }
        all.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        all.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(all).redirectError(ProcessBuilder.Redirect.INHERIT);
        if (HOSTS_OF_THEIR_OWN) {
            builder.environment()
                    .put(
                            NCCL_HOST,
                            "orrery-test-%d-%d"
                                    .formatted(ProcessHandle.current().pid(), started.incrementAndGet()));
        }
        TestingJvm jvm = new TestingJvm(builder.start());
        Thread reader = new Thread(jvm::read, "test-child-output");
        reader.setDaemon(true);
        reader.start();
        return jvm;
    }

    static String java() {
        return System.getProperty("java.home") + "/bin/java";
    }

    private void read() {
        try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                say(line);
            }
        } catch (IOException e) {
            say("end of output: " + e);
        }
        end();
    }

    private synchronized void say(String line) {
        said.add(line);
        notifyAll();
    }

    private synchronized void end() {
        ended = true;
        notifyAll();
    }

    /** Each line is returned once, however many others came before. */
    String awaitLine(String start) throws InterruptedException {
        return awaitLine(start, TestingMember.DEADLINE_SECONDS);
    }

    String awaitLine(String start, long seconds) throws InterruptedException {
        return await("'" + start + "'", line -> line.startsWith(start), Optional.of(seconds));
    }

    void awaitLineWith(String part) throws InterruptedException {
        await("a line with '" + part + "'", line -> line.contains(part), Optional.empty());
    }

    /** @param takeWithin empty: the line stays, within the usual time */
    private synchronized String await(String what, Predicate<String> wanted, Optional<Long> takeWithin)
            throws InterruptedException {
        long seconds = takeWithin.orElse(TestingMember.DEADLINE_SECONDS);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (true) {
            Optional<String> found = said.stream().filter(wanted).findFirst();
            if (found.isPresent()) {
                if (takeWithin.isPresent()) {
                    said.remove(found.get());
                }
                return found.get();
            }
            long left = deadline - System.nanoTime();
            if (ended || left <= 0) {
                List<String> last = said.subList(Math.max(0, said.size() - SHOWN_LINES), said.size());
                throw new AssertionError("the child " + pid() + (ended ? " ended and" : "") + " did not say " + what
                        + "; last it said " + String.join("\n", last));
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    void tell(String command) throws IOException {
        process.getOutputStream().write((command + "\n").getBytes(StandardCharsets.US_ASCII));
        process.getOutputStream().flush();
    }

    long pid() {
        return process.pid();
    }

    void kill() {
        process.destroyForcibly();
    }

    /** Until nothing is left of it. */
    void awaitExit() {
        process.onExit().orTimeout(20, TimeUnit.SECONDS).join();
    }

    void signal(String name) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid())
                .inheritIO()
                .start();
        if (!kill.waitFor(10, TimeUnit.SECONDS) || kill.exitValue() != 0) {
            throw new AssertionError("kill -" + name + " failed");
        }
    }

    @Override
    public void close() {
        kill();
        awaitExit();
    }
}
