package dev.orrery.internal.rpc;

import static dev.orrery.testing.TestingRpc.ECHO;
import static dev.orrery.testing.TestingRpc.LONG;
import static dev.orrery.testing.TestingRpc.NEWS;
import static dev.orrery.testing.TestingRpc.answer;
import static dev.orrery.testing.TestingRpc.failure;
import static dev.orrery.testing.TestingRpc.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import com.google.protobuf.StringValue;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import dev.orrery.testing.TestingLog;
import dev.orrery.testing.TestingRpc;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CallTest {
    private final TestingRpc rpc = new TestingRpc(TestingRpc.patientLimits());
    private final TestingLog log = TestingLog.of(RpcServer.class.getPackageName());

    @AfterEach
    void close() {
        log.close();
        rpc.close();
    }

    private RpcConnection connectTo(RpcHandler<StringValue, StringValue> echo) {
        return rpc.connect(
                rpc.serve(RpcHandlers.builder().on(ECHO, echo).build()).address());
    }

    private static <T> CompletableFuture<T> done(T value) {
        return CompletableFuture.completedFuture(value);
    }

    /** How a handler's future ended: its failure. */
    private static Throwable endOf(CompletableFuture<?> future) {
        return answer(future.handle((value, failure) -> failure));
    }

    @Test
    void bothEndsCall() {
        RpcHandlers reverse = RpcHandlers.builder()
                .on(ECHO, (connection, request) -> done(text("client " + request.getValue())))
                .build();
        HostPort address = rpc.serve(RpcHandlers.builder()
                        .on(ECHO, (connection, request) -> connection.call(ECHO, request, LONG))
                        .build())
                .address();
        RpcConnection connection = rpc.connect(address, reverse);
        assertEquals(
                "client ünï", answer(connection.call(ECHO, text("ünï"), LONG)).getValue());
        assertEquals("client ", answer(connection.call(ECHO, text(""), LONG)).getValue());
    }

    @Test
    void answersFindTheirCalls() throws Exception {
        ExecutorService elsewhere = Executors.newFixedThreadPool(4);
        try {
            RpcConnection connection =
                    connectTo((from, request) -> CompletableFuture.supplyAsync(() -> request, elsewhere));
            List<CompletableFuture<List<StringValue>>> callers = IntStream.range(0, 4)
                    .mapToObj(caller -> CompletableFuture.supplyAsync(
                            () -> IntStream.range(0, 500)
                                    .mapToObj(i -> connection.call(ECHO, text(caller + "/" + i), LONG))
                                    .toList()
                                    .stream()
                                    .map(TestingRpc::answer)
                                    .toList(),
                            command -> new Thread(command).start()))
                    .toList();
            for (int caller = 0; caller < callers.size(); caller++) {
                List<StringValue> answers = answer(callers.get(caller));
                for (int i = 0; i < answers.size(); i++) {
                    assertEquals(caller + "/" + i, answers.get(i).getValue());
                }
            }
        } finally {
            elsewhere.shutdownNow();
        }
    }

    @Test
    void noticesAndCallsArriveInOrder() {
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        RpcConnection connection = rpc.connect(rpc.serve(RpcHandlers.builder()
                        .onNotice(NEWS, (from, news) -> seen.add(news.getValue()))
                        .on(ECHO, (from, request) -> {
                            seen.add(request.getValue());
                            return done(request);
                        })
                        .build())
                .address());
        List<String> sent = new ArrayList<>();
        CompletableFuture<StringValue> last = done(text(""));
        for (int i = 0; i < 5_000; i++) {
            sent.add("" + i);
            if (i % 10 == 9) {
                last = connection.call(ECHO, text("" + i), LONG);
            } else {
                connection.notify(NEWS, text("" + i));
            }
        }
        answer(last);
        assertEquals(sent, seen);
    }

    @Test
    void everyErrorKeepsItsTypeAndWhatItSays() {
        Failure cause = Failure.of("java.io.IOException", "disk")
                .at("node-1", "/var/log/w.log")
                .causing(Failure.of("exit", "exit code 1"));
        RpcConnection connection = connectTo((from, request) -> {
            OrreryException failure = OrreryException.of(
                    ErrorCode.valueOf(request.getValue()), "it is so", Map.of("stage", "encode"), Optional.of(cause));
            if (request.getValue().length() % 2 == 0) {
                throw failure;
            }
            return CompletableFuture.failedFuture(failure);
        });
        for (ErrorCode code : ErrorCode.values()) {
            OrreryException here = OrreryException.of(code, "it is so", Map.of("stage", "encode"), Optional.of(cause));
            OrreryException there = failure(connection.call(ECHO, text(code.name()), LONG));
            assertEquals(code, there.code());
            assertSame(here.getClass(), there.getClass());
            assertEquals(here.getMessage(), there.getMessage());
            assertEquals(here.ids(), there.ids());
            assertEquals(Optional.of(cause), there.failure());
        }
        // Only INTERNAL is a defect.
        assertEquals(1, log.rest().size());
    }

    @Test
    void defectOfAHandlerIsInternalAndLoggedOnce() throws Exception {
        RpcConnection connection = connectTo((from, request) -> switch (request.getValue()) {
            case "throw" -> throw new IllegalStateException("upside down");
            case "error" -> throw new AssertionError("inside out");
            case "fail" -> CompletableFuture.failedFuture(new IllegalStateException("back to front"));
            case "null" -> null;
            default -> done(null);
        });
        for (Map.Entry<String, String> kind : Map.of(
                        "throw", "IllegalStateException: upside down",
                        "error", "AssertionError: inside out",
                        "fail", "IllegalStateException: back to front",
                        "null", "NullPointerException",
                        "done", "NullPointerException")
                .entrySet()) {
            OrreryException failure = failure(connection.call(ECHO, text(kind.getKey()), LONG));
            assertEquals(ErrorCode.INTERNAL, failure.code());
            assertTrue(failure.getMessage().contains(kind.getValue()), failure.getMessage());
            assertTrue(log.next().contains("ERROR Echo of driver client"));
        }
        assertEquals(List.of(), log.rest());
        assertTrue(connection.isOpen());
    }

    @Test
    void unknownMethodIsSaidAndUnknownNoticeIsIgnored() {
        RpcConnection connection = rpc.connect(rpc.serve(RpcHandlers.none()).address());
        connection.notify(NEWS, text("nobody listens"));
        OrreryException failure = failure(connection.call(ECHO, text("x"), LONG));
        assertEquals(ErrorCode.UNKNOWN_METHOD, failure.code());
        assertTrue(failure.getMessage().contains("Echo"), failure.getMessage());
    }

    @Test
    void somethingElseInsteadOfTheRequestIsAnError() {
        // Both are one length-delimited field on the wire, but this one is no UTF-8.
        RpcMethod<StringValue, StringValue> mistaken =
                new RpcMethod<>("Echo", StringValue.parser(), StringValue.parser());
        RpcMethod<BytesValue, StringValue> bytes = new RpcMethod<>("Echo", BytesValue.parser(), StringValue.parser());
        HostPort address = rpc.serve(RpcHandlers.builder()
                        .on(mistaken, (from, request) -> done(request))
                        .build())
                .address();
        BytesValue noText = BytesValue.of(ByteString.copyFrom(new byte[] {(byte) 0xff}));
        OrreryException failure = failure(rpc.connect(address).call(bytes, noText, LONG));
        assertEquals(ErrorCode.PROTOCOL, failure.code());
        assertTrue(failure.getMessage().contains("Echo"), failure.getMessage());
    }

    @Test
    void deadlineNamesMethodPeerAndTimeAndStopsTheHandler() {
        CompletableFuture<StringValue> handling = new CompletableFuture<>();
        RpcConnection connection = connectTo((from, request) -> handling);
        OrreryException failure = failure(connection.call(ECHO, text("x"), Duration.ofMillis(80)));
        assertEquals(ErrorCode.DEADLINE_EXCEEDED, failure.code());
        for (String part : List.of("80 ms", "Echo", "head server at 127.0.0.1:")) {
            assertTrue(failure.getMessage().contains(part), failure.getMessage());
        }
        assertTrue(endOf(handling) instanceof CancellationException);
        assertTrue(connection.isOpen());
        assertEquals(List.of(), log.rest());
    }

    @Test
    void handlerIsStoppedByItsOwnDeadlineToo() throws Exception {
        CompletableFuture<StringValue> handling = new CompletableFuture<>();
        ServedCallDriver driver = new ServedCallDriver(handling);
        driver.request(Duration.ofMillis(50));
        assertEquals("DEADLINE_EXCEEDED", driver.response().getError().getCode());
        assertTrue(endOf(handling) instanceof CancellationException);
        driver.close();
    }

    @Test
    void cancellingStopsTheHandler() {
        CompletableFuture<StringValue> handling = new CompletableFuture<>();
        RpcConnection connection =
                connectTo((from, request) -> request.getValue().isEmpty() ? handling : done(request));
        connection.call(ECHO, text(""), LONG).cancel(false);
        assertTrue(endOf(handling) instanceof CancellationException);
        assertEquals("y", answer(connection.call(ECHO, text("y"), LONG)).getValue());
    }

    @Test
    void endingTheFutureOtherwiseStopsTheHandlerToo() {
        CompletableFuture<StringValue> handling = new CompletableFuture<>();
        connectTo((from, request) -> handling).call(ECHO, text(""), LONG).complete(text("known meanwhile"));
        assertTrue(endOf(handling) instanceof CancellationException);
    }
}
