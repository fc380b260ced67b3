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
import java.util.concurrent.CountDownLatch;

/** A worker that does what its label says: {@code exit:3}, {@code fail}, {@code stubborn}, {@code print}, {@code plain}. */
final class TestingWorkerMain {
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private TestingWorkerMain() {}

    public static void main(String[] arguments) throws Exception {
        LaunchSpec launch = LaunchSpec.read(Path.of(arguments[0]));
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

    private static void open(LaunchSpec launch, RpcConnection connection) throws InterruptedException {
        WorkerReport.Builder report = WorkerReport.newBuilder()
                .setLife(launch.life())
                .setNonce(launch.nonce())
                .setState(WorkerState.OPEN);
        if (launch.label().equals("fail")) {
            report.setState(WorkerState.EXITED)
                    .setFailure(Failure.newBuilder().setKind("demo.NoModel").setMessage("no model at /m"));
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
