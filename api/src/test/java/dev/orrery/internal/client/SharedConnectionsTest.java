package dev.orrery.internal.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.orrery.error.ErrorCode;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.rpc.RpcClient;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.rpc.RpcHandlers;
import dev.orrery.internal.rpc.RpcLimits;
import dev.orrery.internal.rpc.RpcServer;
import dev.orrery.testing.TestingRpc;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SharedConnectionsTest {
    private static final String WORKER = "worker";

    private final TestingRpc rpc = new TestingRpc(TestingRpc.patientLimits());
    private final SharedConnections shared = new SharedConnections(new RpcClient(
            rpc.transport(), TestingRpc.identity(PeerRole.DRIVER, "driver"), RpcLimits.defaults(), RpcHandlers.none()));

    @AfterEach
    void end() {
        rpc.close();
    }

    private RpcServer worker() {
        return rpc.serve(
                TestingRpc.identity(PeerRole.WORKER, WORKER),
                RpcLimits.defaults(),
                TestingRpc.ANY_PORT,
                RpcHandlers.none());
    }

    private static RpcConnection made(SharedConnections.Use use) throws Exception {
        return use.connection().get(TestingRpc.LONG.toSeconds(), TimeUnit.SECONDS);
    }

    private static void awaitClosed(RpcConnection connection) throws Exception {
        connection.closed().get(TestingRpc.LONG.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void allUseOneConnectionUntilTheLastEnds() throws Exception {
        RpcServer worker = worker();
        SharedConnections.Use one = shared.use(WORKER, worker.address());
        SharedConnections.Use other = shared.use(WORKER, worker.address());
        RpcConnection connection = made(one);
        assertSame(connection, made(other));
        one.end();
        one.end();
        assertTrue(connection.isOpen());
        other.end();
        awaitClosed(connection);
        assertNotSame(connection, made(shared.use(WORKER, worker.address())));
    }

    @Test
    void anEndIsToldToWhoeverStillUsesIt() throws Exception {
        RpcServer worker = worker();
        SharedConnections.Use one = shared.use(WORKER, worker.address());
        SharedConnections.Use over = shared.use(WORKER, worker.address());
        CompletableFuture<Void> told = new CompletableFuture<>();
        CompletableFuture<Void> notTold = new CompletableFuture<>();
        made(one);
        one.onClosed(() -> told.complete(null));
        over.onClosed(() -> notTold.complete(null));
        over.end();
        worker.close();
        told.get(TestingRpc.LONG.toSeconds(), TimeUnit.SECONDS);
        assertFalse(notTold.isDone());
        CompletableFuture<Void> late = new CompletableFuture<>();
        one.onClosed(() -> late.complete(null));
        assertTrue(late.isDone(), "it has ended before");
    }

    @Test
    void anotherWorkerAtTheSamePortIsNotTakenForIt() throws Exception {
        RpcServer worker = worker();
        SharedConnections.Use use = shared.use("another", worker.address());
        assertEquals(ErrorCode.UNAVAILABLE, TestingRpc.failure(use.connection()).code());
        assertTrue(made(shared.use(WORKER, worker.address())).isOpen());
    }
}
