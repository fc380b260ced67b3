package dev.orrery.agent;

import dev.orrery.internal.auth.SecretFile;
import dev.orrery.internal.proto.Failure;
import dev.orrery.internal.proto.WorkerHello;
import dev.orrery.internal.proto.WorkerReport;
import dev.orrery.internal.proto.WorkerState;
import dev.orrery.internal.proto.WorkerWelcome;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcClient;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.rpc.RpcHandlers;
import dev.orrery.internal.rpc.RpcIdentity;
import dev.orrery.internal.rpc.RpcLimits;
import dev.orrery.internal.rpc.RpcTransport;
import dev.orrery.worker.launch.LaunchSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/** A worker that does what its label says: {@code exit:3}, {@code fail}, {@code stubborn}, {@code strays}, {@code print}, {@code plain}. */
final class TestingWorkerMain {
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private TestingWorkerMain() {}

    public static void main(String[] arguments) throws Exception {
        LaunchSpec launch = LaunchSpec.read(Path.of(arguments[0]));
        if (!launch.isBound()) {
            awaitLife(launch);
            launch = LaunchSpec.read(Path.of(arguments[0]));
        }
        live(launch);
    }

    private static void live(LaunchSpec launch) throws Exception {
        for (String name : List.of("CUDA_VISIBLE_DEVICES", "NCCL_MULTI_RANK_GPU_ENABLE")) {
            System.out.println(name + "=" + System.getenv(name));
        }
        if (launch.label().equals("print")) {
            String line = "x".repeat(99);
            for (int i = 0; i < 100_000; i++) {
                System.out.println(line);
            }
        }
        if (launch.label().equals("stubborn")) {
            Runtime.getRuntime().addShutdownHook(new Thread(TestingWorkerMain::forEver));
        }
        RpcTransport transport = new RpcTransport("testing-worker", 1);
        transport.start();
        RpcIdentity identity = new RpcIdentity(
                launch.cluster(), PeerRole.WORKER, launch.label(), SecretFile.read(launch.secretFile()));
        RpcHandlers handlers = RpcHandlers.builder()
                .onNotice(Protocol.STOP_WORKER, (connection, stop) -> {
                    if (!launch.label().equals("stubborn")) {
                        exitLater(0);
                    }
                })
                .onNotice(
                        Protocol.ASSIGNMENT,
                        (connection, assignment) -> System.out.println(
                                "assigned " + assignment.getDesired().getLabel()))
                .build();
        RpcClient client = new RpcClient(transport, identity, RpcLimits.defaults(), handlers);
        while (true) {
            serve(client, launch);
            Thread.sleep(50);
        }
    }

    /** Calls in again and again until it is told that its launch file names a life. */
    private static void awaitLife(LaunchSpec launch) throws Exception {
        RpcTransport transport = new RpcTransport("testing-warm", 1);
        transport.start();
        CompletableFuture<Void> bound = new CompletableFuture<>();
        RpcHandlers handlers = RpcHandlers.builder()
                .onNotice(Protocol.BIND_WORKER, (connection, notice) -> bound.complete(null))
                .build();
        RpcIdentity identity =
                new RpcIdentity(launch.cluster(), PeerRole.WORKER, "warm", SecretFile.read(launch.secretFile()));
        RpcClient client = new RpcClient(transport, identity, RpcLimits.defaults(), handlers);
        while (!bound.isDone()) {
            try {
                RpcConnection connection = client.connect(
                                HostPort.parse(Files.readString(launch.agentAddressFile())
                                        .strip()),
                                TIMEOUT)
                        .get();
                WorkerHello hello =
                        WorkerHello.newBuilder().setNonce(launch.nonce()).build();
                WorkerWelcome welcome = connection
                        .call(Protocol.REGISTER_WORKER, hello, TIMEOUT)
                        .get();
                if (welcome.getSuperseded()) {
                    System.exit(0);
                }
                if (!welcome.getWaiting()) {
                    bound.complete(null);
                }
                CompletableFuture.anyOf(bound, connection.closed()).get();
                connection.close();
            } catch (java.util.concurrent.ExecutionException | java.io.IOException e) {
                System.out.println("no agent: " + e.getMessage());
            }
            Thread.sleep(50);
        }
        transport.close();
    }

    private static void serve(RpcClient client, LaunchSpec launch) throws InterruptedException {
        try {
            HostPort agent =
                    HostPort.parse(Files.readString(launch.agentAddressFile()).strip());
            RpcConnection connection = client.connect(agent, TIMEOUT).get();
            WorkerHello hello = WorkerHello.newBuilder()
                    .setNonce(launch.nonce())
                    .setLife(launch.life())
                    .setPid(ProcessHandle.current().pid())
                    .build();
            WorkerWelcome welcome =
                    connection.call(Protocol.REGISTER_WORKER, hello, TIMEOUT).get();
            if (welcome.getSuperseded()) {
                System.exit(0);
            }
            open(launch, connection);
            connection.closed().get();
        } catch (java.util.concurrent.ExecutionException | java.io.IOException e) {
            System.out.println("no agent: " + e.getMessage());
        }
    }

    private static void open(LaunchSpec launch, RpcConnection connection)
            throws InterruptedException, java.io.IOException {
        WorkerReport.Builder report = WorkerReport.newBuilder()
                .setLife(launch.life())
                .setNonce(launch.nonce())
                .setState(WorkerState.OPEN);
        if (launch.label().equals("fail")) {
            report.setState(WorkerState.EXITED)
                    .setFailure(Failure.newBuilder().setKind("demo.NoModel").setMessage("no model at /m"));
        }
        if (launch.label().equals("strays")) {
            startStrays(launch.workerDir().resolve("strays"));
        }
        // Printed first: a test may kill this process as soon as it is reported.
        System.out.println("open");
        connection.notify(Protocol.WORKER_REPORT, report.build());
        if (launch.label().equals("fail")) {
            Thread.sleep(50);
            System.exit(1);
        }
        if (launch.label().startsWith("exit:")) {
            System.exit(Integer.parseInt(launch.label().substring("exit:".length())));
        }
    }

    /** Of this session, of another process group, of a session of their own; all deaf to SIGTERM, and with a child each. */
    private static void startStrays(Path file) throws InterruptedException, java.io.IOException {
        String script = "trap '' TERM; "
                + "(sleep 60 & echo $! >> %1$s; sleep 60) & echo $! >> %1$s; "
                + "set -m; (sleep 60 & echo $! >> %1$s; sleep 60) & echo $! >> %1$s; set +m; "
                + "setsid /bin/sh -c 'sleep 60 & echo $! >> %1$s; echo $$ >> %1$s; exec sleep 60' &";
        new ProcessBuilder("/bin/sh", "-c", script.formatted(file)).inheritIO().start();
        while (!Files.exists(file) || Files.readAllLines(file).size() < 6) {
            Thread.sleep(5);
        }
    }

    private static void exitLater(int code) {
        new Thread(() -> System.exit(code)).start();
    }

    private static void forEver() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
