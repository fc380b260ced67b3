package dev.orrery.examples.it;

import dev.orrery.internal.auth.SecretFile;
import dev.orrery.internal.config.ClusterConfig;
import dev.orrery.internal.proto.ActorCallRequest;
import dev.orrery.internal.proto.ActorCallResponse;
import dev.orrery.internal.proto.ActorFunction;
import dev.orrery.internal.proto.ActorView;
import dev.orrery.internal.proto.MethodReference;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcClient;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.rpc.RpcHandlers;
import dev.orrery.internal.rpc.RpcIdentity;
import dev.orrery.internal.rpc.RpcLimits;
import dev.orrery.internal.rpc.RpcTransport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Calls one life of an actor and waits for its answer, however long it is silent, and whatever the leader says. */
final class PatientCaller implements AutoCloseable {
    private static final Duration LONG = Duration.ofMinutes(2);

    private final RpcTransport transport = new RpcTransport("patient", 1);
    private final RpcConnection connection;
    private final ActorView actor;

    private PatientCaller(Path secret, ActorView actor) throws Exception {
        this.actor = actor;
        transport.start();
        RpcLimits defaults = RpcLimits.defaults();
        RpcClient client = new RpcClient(
                transport,
                new RpcIdentity(ClusterConfig.NAME.defaultText(), PeerRole.DRIVER, "patient", SecretFile.read(secret)),
                new RpcLimits(
                        defaults.maxFrameBytes(), defaults.heartbeatInterval(), LONG, defaults.handshakeTimeout()),
                RpcHandlers.none());
        connection = client.connect(HostPort.of(actor.getRpcAddress()), Duration.ofSeconds(10))
                .get(20, TimeUnit.SECONDS);
    }

    static PatientCaller of(Path secret, ActorView actor) throws Exception {
        return new PatientCaller(secret, actor);
    }

    CompletableFuture<ActorCallResponse> identity() {
        MethodReference identity = MethodReference.newBuilder()
                .setOwner(Counter.class.getName())
                .setName("identity")
                .setSignature("()Ljava/lang/String;")
                .build();
        return connection.call(
                Protocol.CALL_ACTOR,
                ActorCallRequest.newBuilder()
                        .setLife(actor.getLife())
                        .setFunction(ActorFunction.newBuilder().setMethod(identity))
                        .build(),
                LONG);
    }

    @Override
    public void close() {
        connection.close();
        transport.close();
    }
}
