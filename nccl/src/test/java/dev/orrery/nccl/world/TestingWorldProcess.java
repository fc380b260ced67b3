package dev.orrery.nccl.world;

import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.nccl.World;
import dev.orrery.nccl.WorldOptions;
import dev.orrery.tensor.Tensor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A member in a JVM of its own, as rank 1 of worlds whose rank 0 is the test. It sends each tensor back. Run with
 * {@link #main}, seen from the test through an instance.
 */
final class TestingWorldProcess implements AutoCloseable {
    private final Process process;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final List<String> said = new ArrayList<>();
    private final HostPort address;

    private TestingWorldProcess(Process process) throws InterruptedException {
        this.process = process;
        Thread reader = new Thread(this::read, "test-child-output");
        reader.setDaemon(true);
        reader.start();
        this.address = HostPort.parse(awaitLine("address ").substring("address ".length()));
    }

    static TestingWorldProcess start() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        TestingWorldProcess.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        return new TestingWorldProcess(process);
    }

    private void read() {
        try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            lines.add("end of output: " + e);
        }
    }

    String awaitLine(String start) throws InterruptedException {
        while (true) {
            String line = lines.poll(TestingMember.DEADLINE_SECONDS, TimeUnit.SECONDS);
            if (line == null) {
                throw new AssertionError("the child did not say '" + start + "'; it said " + said);
            }
            said.add(line);
            if (line.startsWith(start)) {
                return line;
            }
        }
    }

    HostPort address() {
        return address;
    }

    /** Forms a world with it; returns this side. */
    World form(long id, TestingMember self) throws IOException, InterruptedException {
        WorldSpec spec = TestingMember.spec(id, List.of(self.address(), address));
        process.getOutputStream()
                .write(("join " + id + " " + self.address() + "\n").getBytes(StandardCharsets.US_ASCII));
        process.getOutputStream().flush();
        World world = TestingMember.get(self.join(spec, 0));
        awaitLine("ready " + id);
        return world;
    }

    void kill() {
        process.destroyForcibly();
    }

    void signal(String name) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .inheritIO()
                .start();
        if (!kill.waitFor(10, TimeUnit.SECONDS) || kill.exitValue() != 0) {
            throw new AssertionError("kill -" + name + " failed");
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().orTimeout(20, TimeUnit.SECONDS).join();
    }

    // ---- in the child ----

    public static void main(String[] arguments) throws IOException {
        PrintStream out = System.out;
        LocalWorlds worlds = new LocalWorlds(
                WorldOptions.builder().build(),
                TestingMember.SECRET,
                (world, state, cause) -> out.println(state + " " + world + " " + cause));
        worlds.start();
        out.println("address " + worlds.address());
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] words = line.split(" ", -1);
                WorldSpec spec = TestingMember.spec(
                        Long.parseLong(words[1]), List.of(HostPort.parse(words[2]), worlds.address()));
                worlds.join(spec, spec.getMembers(1).getLife()).whenComplete((world, failure) -> {
                    out.println(failure == null ? "ready " + world.id() : "failed " + failure);
                    Optional.ofNullable(world).ifPresent(TestingWorldProcess::echo);
                });
            }
        }
        worlds.close();
    }

    private static void echo(World world) {
        world.communicator().receive(0).whenComplete((tensor, failure) -> {
            if (failure == null) {
                sendBack(world, tensor);
                echo(world);
            }
        });
    }

    private static void sendBack(World world, Tensor tensor) {
        world.communicator().send(0, tensor).whenComplete((done, failure) -> tensor.close());
    }
}
