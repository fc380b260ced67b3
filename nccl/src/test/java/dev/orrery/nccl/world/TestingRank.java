package dev.orrery.nccl.world;

import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.Backend;
import dev.orrery.internal.proto.WorldSpec;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.nccl.HostOptions;
import dev.orrery.nccl.World;
import dev.orrery.nccl.WorldOptions;
import dev.orrery.nccl.device.Gpu;
import dev.orrery.nccl.world.EachCarrier.Carrier;
import dev.orrery.tensor.DataType;
import dev.orrery.tensor.Tensor;
import dev.orrery.world.ReduceOperation;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A member of any rank, in a small JVM of its own. Run with {@link #main}, seen from the test through an instance. What it
 * is told and what it says of a world: a word, the world, and more.
 */
final class TestingRank implements AutoCloseable {
    private static final List<String> SMALL_JVM = List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
    private static final String ANY = "ANY";
    /** There may be many on few cores. */
    private static final long START_SECONDS = 120;

    private final TestingJvm jvm;
    private Optional<HostPort> address = Optional.empty();

    private TestingRank(TestingJvm jvm) {
        this.jvm = jvm;
    }

    static TestingRank start(Carrier only) throws IOException {
        return start(only, List.of());
    }

    /** @param inside what its command is given to */
    static TestingRank start(Carrier only, List<String> inside) throws IOException {
        int device = only == Carrier.NCCL ? TestingGpus.reserve() : 0;
        return start(inside, "127.0.0.1", HostOptions.defaults().hostId(), only.name(), Integer.toString(device));
    }

    /** On a host of its own. */
    static TestingRank start(TestingHosts hosts, String host) throws IOException {
        return start(hosts.inside(host), hosts.address(host), hosts.id(host), ANY, "0");
    }

    private static TestingRank start(List<String> inside, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(inside);
        command.add(TestingJvm.java());
        command.addAll(SMALL_JVM);
        return new TestingRank(TestingJvm.start(command, TestingRank.class, List.of(arguments)));
    }

    /** Waits until it is there. */
    HostPort address() throws InterruptedException {
        if (address.isEmpty()) {
            address = Optional.of(
                    HostPort.parse(jvm.awaitLine("address ", START_SECONDS).substring("address ".length())));
        }
        return address.get();
    }

    TestingJvm jvm() {
        return jvm;
    }

    void tell(String what, long world, Object... more) throws IOException {
        String rest = Arrays.stream(more).map(each -> " " + each).collect(Collectors.joining());
        jvm.tell(what + " " + world + rest);
    }

    /** What it says after these words. */
    String awaitWord(String what, long world) throws InterruptedException {
        String start = what + " " + world + " ";
        return jvm.awaitLine(start).substring(start.length());
    }

    void join(long world, int rank, long formingMillis, List<HostPort> addresses) throws IOException {
        String all = addresses.stream().map(HostPort::toString).collect(Collectors.joining(","));
        tell("join", world, rank, formingMillis, all);
    }

    /** Forms a world of these, by rank; returns for each the transports to all members. */
    static List<String> form(long world, TestingRank... members) throws Exception {
        List<HostPort> addresses = new ArrayList<>();
        for (TestingRank member : members) {
            addresses.add(member.address());
        }
        for (int rank = 0; rank < members.length; rank++) {
            members[rank].join(world, rank, 30_000, addresses);
        }
        List<String> transports = new ArrayList<>();
        for (TestingRank member : members) {
            transports.add(member.awaitWord("ready", world));
        }
        return transports;
    }

    @Override
    public void close() {
        jvm.close();
    }

    // ---- in the child ----

    public static void main(String[] arguments) throws IOException {
        HostOptions host = HostOptions.defaults().withHostId(arguments[1]);
        WorldOptions.Builder options = WorldOptions.builder()
                .bind(new HostPort(arguments[0], 0))
                .host(
                        arguments[2].equals(ANY)
                                ? host
                                : host.withTransport(carrier(arguments).transport()));
        boolean onDevice = carrier(arguments) == Carrier.NCCL;
        int device = Integer.parseInt(arguments[3]);
        warmUp(options, onDevice && TestingGpus.isEnoughFor(2), device);
        if (onDevice) {
            options.gpu(TestingGpus.open(device));
        }
        new Child(options.build()).run();
    }

    /** What a first world takes to load is not counted against any deadline: there may be many more processes than cores. */
    private static void warmUp(WorldOptions.Builder options, boolean onDevice, int device) {
        if (onDevice) {
            options.gpu(TestingGpus.open(device));
        }
        try (TestingMember a = TestingMember.start(options);
                TestingMember b = TestingMember.start(onDevice ? options.gpu(TestingGpus.open(device + 1)) : options);
                Tensor one = TestingTensors.number(1)) {
            List<World> worlds = TestingMember.form(1, a, b);
            CompletableFuture<Tensor> sum = worlds.get(0).communicator().allReduce(one, ReduceOperation.SUM);
            TestingTensors.number(TestingMember.get(worlds.get(1).communicator().allReduce(one, ReduceOperation.SUM)));
            TestingTensors.number(TestingMember.get(sum));
        }
    }

    private static Carrier carrier(String... arguments) {
        return arguments[2].equals(ANY) ? Carrier.SHARED_MEMORY : Carrier.valueOf(arguments[2]);
    }

    private static final class Child {
        private final PrintStream out = System.out;
        private final LocalWorlds worlds;
        private final Optional<Gpu> gpu;
        private final Map<Long, TestingPace> paces = new ConcurrentHashMap<>();

        Child(WorldOptions options) {
            this.gpu = options.gpu();
            this.worlds = new LocalWorlds(
                    options,
                    TestingMember.SECRET,
                    (world, state, cause) -> out.println(state + " " + world + " " + cause));
        }

        void run() throws IOException {
            worlds.start();
            out.println("address " + worlds.address());
            try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    String[] words = line.split(" ", -1);
                    act(words[0], Long.parseLong(words[1]), Arrays.asList(words).subList(2, words.length));
                }
            }
            worlds.close();
        }

        private void act(String what, long id, List<String> more) {
            switch (what) {
                case "join" -> join(id, more);
                case "leave" -> worlds.leave(id).whenComplete((nothing, failure) -> out.println("left " + id + " "));
                case "receive" ->
                    tellEnd(
                            what,
                            id,
                            world(id).communicator().receive(peer(more)).thenAccept(Tensor::close));
                case "send" -> send(id, peer(more));
                case "exchange" ->
                    paces.put(id, TestingPace.start(world(id), peer(more), failure -> tellEnd(what, id, failure)));
                case "pace" -> out.println("pace " + id + " " + paces.get(id).take());
                case "stream" -> again(what, id, () -> sendLarge(id, peer(more)));
                case "drain" ->
                    again(
                            what,
                            id,
                            () -> world(id).communicator().receive(peer(more)).thenAccept(Tensor::close));
                case "reduce" -> again(what, id, () -> reduce(id, Long.parseLong(more.get(0))));
                case "check" -> check(id);
                default -> throw new IllegalArgumentException(what);
            }
        }

        private World world(long id) {
            return TestingGpus.placed(worlds.world(id).orElseThrow(), gpu);
        }

        private static int peer(List<String> more) {
            return Integer.parseInt(more.get(0));
        }

        private void join(long id, List<String> more) {
            List<HostPort> addresses = Arrays.stream(more.get(2).split(",", -1))
                    .map(HostPort::parse)
                    .toList();
            WorldSpec spec = TestingMember.spec(id, addresses).toBuilder()
                    .setFormingTimeoutMillis(Integer.parseInt(more.get(1)))
                    .setBackend(gpu.isPresent() ? Backend.NCCL : Backend.HOST)
                    .build();
            int rank = peer(more);
            worlds.join(spec, spec.getMembers(rank).getLife()).whenComplete((world, failure) -> {
                if (failure == null) {
                    out.println("ready " + id + " " + transports(world));
                } else {
                    tellEnd("join", id, failure);
                }
            });
        }

        private static String transports(World world) {
            List<String> all = new ArrayList<>();
            for (int peer = 0; peer < world.size(); peer++) {
                all.add(peer == world.rank() ? "-" : world.transport(peer).name());
            }
            return String.join(" ", all);
        }

        private void send(long id, int peer) {
            Tensor tensor = TestingTensors.number(1);
            tellEnd(
                    "send",
                    id,
                    world(id).communicator().send(peer, tensor).whenComplete((done, failure) -> tensor.close()));
        }

        private CompletableFuture<Void> sendLarge(long id, int peer) {
            Tensor large = TestingTensors.marked(EachCarrier.BEYOND_ANY_BUFFER, id);
            return world(id).communicator().send(peer, large).whenComplete((done, failure) -> large.close());
        }

        private CompletableFuture<Void> reduce(long id, long elements) {
            Tensor given = Tensor.allocateZeroed(DataType.FP32, elements);
            return world(id)
                    .communicator()
                    .allReduce(given, ReduceOperation.SUM)
                    .whenComplete((sum, failure) -> given.close())
                    .thenAccept(Tensor::close);
        }

        /** Again and again; says so after the first, and how it ended. */
        private void again(String what, long id, Supplier<CompletableFuture<Void>> operation) {
            operation.get().whenComplete((nothing, failure) -> {
                if (failure != null) {
                    tellEnd(what, id, failure);
                    return;
                }
                out.println(what + "-goes " + id + " ");
                again(what, id, operation);
            });
        }

        private void check(long id) {
            Thread checker = new Thread(
                    () -> {
                        try {
                            new TestingReference(world(id)).checkAll();
                            out.println("checked " + id + " ");
                        } catch (AssertionError e) {
                            out.println("checked " + id + " WRONG " + e);
                        }
                    },
                    "test-checker");
            checker.start();
        }

        private void tellEnd(String what, long id, CompletableFuture<?> operation) {
            operation.whenComplete((done, failure) -> {
                if (failure == null) {
                    out.println(what + "-end " + id + " done");
                } else {
                    tellEnd(what, id, failure);
                }
            });
        }

        /** The class, the message, and the whole story. */
        private void tellEnd(String what, long id, Throwable failure) {
            Throwable cause =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            String story = cause instanceof OrreryException known ? " | " + known.failure() : "";
            out.println(
                    what + "-end " + id + " " + cause.getClass().getSimpleName() + " " + cause.getMessage() + story);
        }
    }
}
