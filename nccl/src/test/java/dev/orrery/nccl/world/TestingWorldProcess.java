package dev.orrery.nccl.world;

import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.nccl.HostOptions;
import dev.orrery.nccl.World;
import dev.orrery.nccl.WorldOptions;
import dev.orrery.tensor.Tensor;
import dev.orrery.world.Transport;
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
        return start(List.of(), List.of());
    }

    /** @param transport the only one that it uses */
    static TestingWorldProcess start(String transport) throws IOException, InterruptedException {
        return start(List.of(), List.of(transport));
    }

    /** @param jvmOptions further ones */
    static TestingWorldProcess startWith(String... jvmOptions) throws IOException, InterruptedException {
        return start(List.of(jvmOptions), List.of());
    }

    private static TestingWorldProcess start(List<String> jvmOptions, List<String> arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java", "-Xmx256m"));
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), TestingWorldProcess.class.getName()));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command)
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

    /** Also of what it said before. */
    void awaitLineWith(String part) throws InterruptedException {
        while (said.stream().noneMatch(line -> line.contains(part))) {
            awaitLine("");
        }
    }

    HostPort address() {
        return address;
    }

    /** Forms a world with it; returns this side. */
    World form(long id, TestingMember self) throws IOException, InterruptedException {
        WorldSpec spec = TestingMember.spec(id, List.of(self.address(), address));
        tell("join " + id + " " + self.address());
        World world = TestingMember.get(self.join(spec, 0));
        awaitLine("ready " + id);
        return world;
    }

    /** Has it do something; see {@link #act}. */
    void tell(String command) throws IOException {
        process.getOutputStream().write((command + "\n").getBytes(StandardCharsets.US_ASCII));
        process.getOutputStream().flush();
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
        HostOptions host = HostOptions.defaults();
        LocalWorlds worlds = new LocalWorlds(
                WorldOptions.builder()
                        .host(arguments.length == 0 ? host : host.withTransport(Transport.valueOf(arguments[0])))
                        .build(),
                TestingMember.SECRET,
                (world, state, cause) -> out.println(state + " " + world + " " + cause));
        worlds.start();
        out.println("address " + worlds.address());
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                act(worlds, out, line.split(" ", -1));
            }
        }
        worlds.close();
    }

    private static void act(LocalWorlds worlds, PrintStream out, String... words) {
        long id = Long.parseLong(words[1]);
        switch (words[0]) {
            case "join" -> {
                WorldSpec spec = TestingMember.spec(id, List.of(HostPort.parse(words[2]), worlds.address()));
                worlds.join(spec, spec.getMembers(1).getLife()).whenComplete((world, failure) -> {
                    out.println(failure == null ? "ready " + world.id() : "failed " + failure);
                    Optional.ofNullable(world).ifPresent(TestingWorldProcess::echo);
                });
            }
            case "leave" -> worlds.leave(id).whenComplete((nothing, failure) -> out.println("left " + id));
            case "exit" -> System.exit((int) id);
            case "send" ->
                sendBack(worlds.world(id).orElseThrow(), TestingTensors.marked(Long.parseLong(words[2]), id));
            case "collect" -> collect(worlds.world(id).orElseThrow(), TestingCollective.valueOf(words[2]));
            default -> throw new IllegalArgumentException(words[0]);
        }
    }

    /** Again and again. */
    private static void collect(World world, TestingCollective operation) {
        operation.start(world.communicator(), 1).whenComplete((nothing, failure) -> {
            if (failure == null) {
                collect(world, operation);
            }
        });
    }

    /** Until an empty tensor comes. */
    private static void echo(World world) {
        world.communicator().receive(0).whenComplete((tensor, failure) -> {
            if (failure == null && tensor.byteSize() > 0) {
                sendBack(world, tensor);
                echo(world);
            }
        });
    }

    private static void sendBack(World world, Tensor tensor) {
        world.communicator().send(0, tensor).whenComplete((done, failure) -> tensor.close());
    }
}
