package dev.orrery.testing;

import com.google.protobuf.StringValue;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.auth.ClusterSecret;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.rpc.RpcClient;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.rpc.RpcHandlers;
import dev.orrery.internal.rpc.RpcIdentity;
import dev.orrery.internal.rpc.RpcLimits;
import dev.orrery.internal.rpc.RpcMethod;
import dev.orrery.internal.rpc.RpcNotice;
import dev.orrery.internal.rpc.RpcServer;
import dev.orrery.internal.rpc.RpcTransport;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Servers and clients on this host over one transport, closed together. */
public final class TestingRpc implements AutoCloseable {
    public static final HostPort ANY_PORT = new HostPort("127.0.0.1", 0);
    public static final Duration LONG = Duration.ofSeconds(20);
    public static final ClusterSecret SECRET = secret("the secret of the tests");
    public static final RpcMethod<StringValue, StringValue> ECHO =
            new RpcMethod<>("Echo", StringValue.parser(), StringValue.parser());
    public static final RpcNotice<StringValue> NEWS = new RpcNotice<>("News", StringValue.parser());

    private final RpcTransport transport;
    private final RpcLimits limits;
    private final Deque<RpcServer> open = new ArrayDeque<>();

    public TestingRpc(RpcLimits limits) {
        this("testing", limits);
    }

    public TestingRpc(String name, RpcLimits limits) {
        this.transport = new RpcTransport(name, 2);
        this.limits = limits;
        transport.start();
    }

    /** For tests in which nothing may be taken for silent, however slow the machine is. */
    public static RpcLimits patientLimits() {
        return new RpcLimits(1 << 20, Duration.ofMillis(100), Duration.ofSeconds(15), Duration.ofSeconds(15));
    }

    public static ClusterSecret secret(String text) {
        return new ClusterSecret(text.getBytes(StandardCharsets.UTF_8));
    }

    public static RpcIdentity identity(PeerRole role, String name) {
        return new RpcIdentity("testing", role, name, SECRET);
    }

    public RpcTransport transport() {
        return transport;
    }

    public RpcServer serve(RpcHandlers handlers) {
        return serve(identity(PeerRole.HEAD, "server"), limits, ANY_PORT, handlers);
    }

    public RpcServer serve(RpcIdentity identity, RpcLimits serverLimits, HostPort bind, RpcHandlers handlers) {
        RpcServer server = new RpcServer(transport, identity, serverLimits, bind, handlers);
        server.start();
        open.push(server);
        return server;
    }

    public RpcClient client(RpcHandlers handlers) {
        return client(identity(PeerRole.DRIVER, "client"), handlers);
    }

    public RpcClient client(RpcIdentity identity, RpcHandlers handlers) {
        return new RpcClient(transport, identity, limits, handlers);
    }

    public RpcConnection connect(HostPort address) {
        return connect(address, RpcHandlers.none());
    }

    public RpcConnection connect(HostPort address, RpcHandlers handlers) {
        return answer(client(handlers).connect(address, LONG));
    }

    public static StringValue text(String value) {
        return StringValue.of(value);
    }

    public static <T> T answer(CompletableFuture<T> future) {
        try {
            return future.get(LONG.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | InterruptedException | TimeoutException e) {
            throw new AssertionError("expected an answer", e);
        }
    }

    /** The error that the future fails with. */
    public static OrreryException failure(CompletableFuture<?> future) {
        try {
            throw new AssertionError("expected a failure, got " + future.get(LONG.toSeconds(), TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            if (ErrorCodec.unwrap(e) instanceof OrreryException failure) {
                return failure;
            }
            throw new AssertionError("expected an OrreryException", e);
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("expected a failure", e);
        }
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            open.pop().close();
        }
        transport.close();
    }
}
