package dev.orrery.nccl.world;

import dev.orrery.internal.proto.Backend;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.nccl.HostOptions;
import dev.orrery.nccl.World;
import dev.orrery.nccl.WorldOptions;
import dev.orrery.nccl.device.Gpu;
import dev.orrery.nccl.world.EachCarrier.Carrier;
import dev.orrery.tensor.Tensor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * A member in a JVM of its own, as rank 1 of worlds whose rank 0 is the test. It sends each tensor back. Run with
 * {@link #main}, seen from the test through an instance.
 */
final class TestingWorldProcess implements AutoCloseable {
    private static final Duration SLOW_EXIT = Duration.ofSeconds(4);

    private final TestingJvm jvm;
    private final HostPort address;
    private final int device;

    private TestingWorldProcess(TestingJvm jvm, HostPort address, int device) {
        this.jvm = jvm;
        this.address = address;
        this.device = device;
    }

    static TestingWorldProcess start() throws IOException, InterruptedException {
        return start(List.of(), List.of(), 0);
    }

    /** @param carrier the only one that it uses */
    static TestingWorldProcess start(Carrier carrier) throws IOException, InterruptedException {
        int device = carrier == Carrier.NCCL ? TestingGpus.reserve() : 0;
        return start(List.of(), List.of(carrier.name(), Integer.toString(device)), device);
    }

    /** @param jvmOptions further ones */
    static TestingWorldProcess startWith(String... jvmOptions) throws IOException, InterruptedException {
        return start(List.of(jvmOptions), List.of(), 0);
    }

    private static TestingWorldProcess start(List<String> jvmOptions, List<String> arguments, int device)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(TestingJvm.java(), "-Xmx256m"));
        command.addAll(jvmOptions);
        TestingJvm jvm = TestingJvm.start(command, TestingWorldProcess.class, arguments);
        HostPort address = HostPort.parse(jvm.awaitLine("address ").substring("address ".length()));
        return new TestingWorldProcess(jvm, address, device);
    }

    String awaitLine(String start) throws InterruptedException {
        return jvm.awaitLine(start);
    }

    void awaitLineWith(String part) throws InterruptedException {
        jvm.awaitLineWith(part);
    }

    HostPort address() {
        return address;
    }

    /** The number of its GPU. */
    int device() {
        return device;
    }

    /** Forms a world with it; returns this side. */
    World form(long id, TestingMember self) throws IOException, InterruptedException {
        WorldSpec spec = TestingMember.spec(id, List.of(self.address(), address)).toBuilder()
                .setBackend(self.backend())
                .build();
        tell("join " + id + " " + self.address() + " " + self.backend());
        World world = TestingMember.get(self.join(spec, 0));
        awaitLine("ready " + id);
        return world;
    }

    /** Has it do something; see {@link #act}. */
    void tell(String command) throws IOException {
        jvm.tell(command);
    }

    void kill() {
        jvm.kill();
    }

    void signal(String name) throws IOException, InterruptedException {
        jvm.signal(name);
    }

    @Override
    public void close() {
        jvm.close();
    }

    // ---- in the child ----

    private static Optional<Gpu> gpu = Optional.empty();

    public static void main(String[] arguments) throws IOException {
        PrintStream out = System.out;
        WorldOptions.Builder options = WorldOptions.builder();
        if (arguments.length > 0) {
            Carrier carrier = Carrier.valueOf(arguments[0]);
            options.host(HostOptions.defaults().withTransport(carrier.transport()));
            if (carrier == Carrier.NCCL) {
                options.gpu(TestingGpus.open(Integer.parseInt(arguments[1])));
            }
        }
        WorldOptions chosen = options.build();
        gpu = chosen.gpu();
        LocalWorlds worlds = new LocalWorlds(
                chosen, TestingMember.SECRET, (world, state, cause) -> out.println(state + " " + world + " " + cause));
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
                WorldSpec spec = TestingMember.spec(id, List.of(HostPort.parse(words[2]), worlds.address())).toBuilder()
                        .setBackend(Backend.valueOf(words[3]))
                        .build();
                worlds.join(spec, spec.getMembers(1).getLife()).whenComplete((world, failure) -> {
                    out.println(failure == null ? "ready " + world.id() : "failed " + failure);
                    Optional.ofNullable(world).ifPresent(it -> echo(TestingGpus.placed(it, gpu)));
                });
            }
            case "leave" -> worlds.leave(id).whenComplete((nothing, failure) -> out.println("left " + id));
            case "exit" -> exitSlowly((int) id);
            case "send" -> {
                sendBack(world(worlds, id), TestingTensors.marked(Long.parseLong(words[2]), id));
                out.println("sending " + id);
            }
            case "collect" -> collect(world(worlds, id), TestingCollective.valueOf(words[2]));
            default -> throw new IllegalArgumentException(words[0]);
        }
    }

    /** The process needs longer than its peers may, as the JVM waits for all hooks. */
    private static void exitSlowly(int status) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> LockSupport.parkNanos(SLOW_EXIT.toNanos()), "slow-exit"));
        System.exit(status);
    }

    private static World world(LocalWorlds worlds, long id) {
        return TestingGpus.placed(worlds.world(id).orElseThrow(), gpu);
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
