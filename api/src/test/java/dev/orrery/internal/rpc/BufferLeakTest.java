package dev.orrery.internal.rpc;

import static dev.orrery.testing.TestingRpc.ECHO;
import static dev.orrery.testing.TestingRpc.LONG;
import static dev.orrery.testing.TestingRpc.answer;
import static dev.orrery.testing.TestingRpc.failure;
import static dev.orrery.testing.TestingRpc.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.StringValue;
import dev.orrery.testing.TestingLog;
import dev.orrery.testing.TestingRpc;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Netty reports a buffer that was collected without its release at the next allocation after the collection. */
class BufferLeakTest {
    private final ResourceLeakDetector.Level before = ResourceLeakDetector.getLevel();

    @BeforeEach
    void watchEveryBuffer() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    }

    @AfterEach
    void watchAsBefore() {
        ResourceLeakDetector.setLevel(before);
    }

    private static void collectGarbage() throws InterruptedException {
        ReferenceQueue<Object> queue = new ReferenceQueue<>();
        WeakReference<Object> marker = new WeakReference<>(new Object(), queue);
        for (int round = 0; round < 100 && queue.remove(50) == null; round++) {
            System.gc();
        }
        assertTrue(marker.refersTo(null));
        System.gc();
        for (int i = 0; i < 10; i++) {
            ByteBufAllocator.DEFAULT.ioBuffer(16).release();
        }
    }

    @Test
    void everyBufferIsReleasedHoweverConnectionsEnd() throws Exception {
        try (TestingLog leaks = TestingLog.of(ResourceLeakDetector.class.getName())) {
            for (int round = 0; round < 10; round++) {
                exerciseEveryEnd();
            }
            collectGarbage();
            assertEquals(List.of(), leaks.rest());
        }
    }

    @Test
    void detectionDetects() throws Exception {
        try (TestingLog leaks = TestingLog.of(ResourceLeakDetector.class.getName())) {
            forget(ByteBufAllocator.DEFAULT.ioBuffer(64));
            collectGarbage();
            assertTrue(leaks.next().contains("LEAK"));
        }
    }

    private static void forget(ByteBuf buffer) {
        buffer.writeInt(1);
    }

    private static void exerciseEveryEnd() throws Exception {
        try (TestingRpc rpc = new TestingRpc(TestingRpc.patientLimits())) {
            RpcServer server = rpc.serve(RpcHandlers.builder()
                    .on(
                            ECHO,
                            (connection, request) -> request.getValue().isEmpty()
                                    ? new CompletableFuture<>()
                                    : CompletableFuture.completedFuture(request))
                    .build());
            RpcConnection connection = rpc.connect(server.address());
            List<CompletableFuture<StringValue>> calls = new ArrayList<>();
            for (int i = 1; i < 20; i++) {
                calls.add(connection.call(ECHO, text("x".repeat(i * 5_000)), LONG));
            }
            calls.forEach(TestingRpc::answer);
            CompletableFuture<StringValue> open = connection.call(ECHO, text(""), LONG);
            failure(connection.call(ECHO, text("x".repeat(2 << 20)), LONG));
            failure(rpc.client(
                            new RpcIdentity("testing", PeerRole.DRIVER, "c", TestingRpc.secret("another secret of 16")),
                            RpcHandlers.none())
                    .connect(server.address(), LONG));
            try (RawPeer raw = new RawPeer(server.address())) {
                raw.preface().frames(RawPeer.hello(), RawPeer.hello(), RawPeer.hello());
                raw.awaitClosed();
            }
            try (RawPeer raw = new RawPeer(server.address())) {
                raw.preface().send(new byte[] {0, 0, 8, 0, 1, 2, 3}).endOutput();
                raw.awaitClosed();
            }
            for (int i = 0; i < 50; i++) {
                connection.notify(TestingRpc.NEWS, text("y".repeat(100_000)));
            }
            server.close();
            failure(open);
            answer(connection.closed());
        }
    }
}
