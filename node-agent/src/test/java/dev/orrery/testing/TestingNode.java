package dev.orrery.testing;

import dev.orrery.internal.auth.ClusterSecret;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.rpc.RpcIdentity;
import dev.orrery.nccl.HostOptions;
import dev.orrery.worker.launch.GpuLaunch;
import dev.orrery.worker.launch.LaunchSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;

/** What a test's processes have in common: one cluster, its secret, and the files of a node. */
public final class TestingNode {
    public static final String CLUSTER = "test";
    private static final byte[] KEY = "a secret of this test".getBytes(StandardCharsets.UTF_8);
    public static final ClusterSecret SECRET = new ClusterSecret(KEY);

    private TestingNode() {}

    public static RpcIdentity identity(PeerRole role, String name) {
        return new RpcIdentity(CLUSTER, role, name, SECRET);
    }

    /** The launch file's content for a worker in {@code folder}, whose agent's address is in {@link #agentAddress}. */
    public static LaunchSpec launch(Path folder, ActorLife life, List<Path> artifacts) throws IOException {
        Path secretFile = folder.resolve("secret");
        Files.writeString(secretFile, Base64.getEncoder().encodeToString(KEY));
        return new LaunchSpec(
                "nonce-1",
                life,
                "embed/encode-1",
                "node-1",
                "127.0.0.1",
                "127.0.0.1",
                CLUSTER,
                secretFile,
                agentAddress(folder),
                folder,
                Duration.ofMinutes(10),
                HostOptions.defaults(),
                GpuLaunch.none(),
                artifacts);
    }

    public static Path agentAddress(Path folder) {
        return folder.resolve("agent.address");
    }
}
