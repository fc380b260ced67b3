package dev.orrery.testing;

import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorCallRequest;
import dev.orrery.internal.proto.ActorCallResponse;
import dev.orrery.internal.proto.ActorFunction;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.ReleaseResults;
import dev.orrery.internal.proto.RetireWorkerRequest;
import dev.orrery.internal.proto.RetireWorkerResponse;
import dev.orrery.internal.proto.TaskInfo;
import dev.orrery.internal.proto.Value;
import dev.orrery.internal.proto.WithdrawTasks;
import dev.orrery.internal.rpc.ErrorCodec;
import dev.orrery.internal.rpc.HostPort;
import dev.orrery.internal.rpc.PeerRole;
import dev.orrery.internal.rpc.Protocol;
import dev.orrery.internal.rpc.RpcClient;
import dev.orrery.internal.rpc.RpcConnection;
import dev.orrery.internal.rpc.RpcHandlers;
import dev.orrery.internal.rpc.RpcLimits;
import dev.orrery.internal.rpc.RpcTransport;
import dev.orrery.internal.serial.ForySerializer;
import dev.orrery.internal.serial.ValueCodec;
import java.lang.invoke.MethodType;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** A driver's connection with a {@link ScriptedActor}. */
public final class TestingCaller implements AutoCloseable {
    public static final Duration LONG = Duration.ofSeconds(30);

    private final ValueCodec codec = new ValueCodec(new ForySerializer(TestingCaller.class.getClassLoader()));
    private final RpcConnection connection;
    private final ActorLife life;

    private TestingCaller(RpcConnection connection, ActorLife life) {
        this.connection = connection;
        this.life = life;
    }

    public static TestingCaller connect(RpcTransport transport, HostPort address, ActorLife life) throws Exception {
        RpcClient client = new RpcClient(
                transport, TestingNode.identity(PeerRole.DRIVER, "driver"), RpcLimits.defaults(), RpcHandlers.none());
        return new TestingCaller(client.connect(address, LONG).get(30, TimeUnit.SECONDS), life);
    }

    public Value value(Object value) {
        return codec.toMessage("a value", value);
    }

    /** Calls a public method of {@link ScriptedActor} with parameters of exactly these values' classes. */
    public CompletableFuture<Object> call(Class<?> result, String method, Object... arguments) {
        Class<?>[] parameters = Arrays.stream(arguments)
                .map(argument ->
                        MethodType.methodType(argument.getClass()).unwrap().returnType())
                .toArray(Class<?>[]::new);
        return call(
                TestingFunctions.method(ScriptedActor.class, method, MethodType.methodType(result, parameters)),
                LONG,
                arguments);
    }

    public CompletableFuture<Object> call(ActorFunction function, Duration timeout, Object... arguments) {
        return send(
                life,
                function,
                timeout,
                Arrays.stream(arguments).map(this::value).toList());
    }

    public CompletableFuture<Object> send(
            ActorLife to, ActorFunction function, Duration timeout, List<Value> arguments) {
        return send(
                ActorCallRequest.newBuilder()
                        .setLife(to)
                        .setFunction(function)
                        .addAllArguments(arguments)
                        .build(),
                timeout);
    }

    /** A static method of {@link ScriptedTasks}, as a task of that name. */
    public CompletableFuture<Object> task(String method, MethodType type, Object... arguments) {
        return send(
                ActorCallRequest.newBuilder()
                        .setLife(life)
                        .setFunction(TestingFunctions.staticMethod(ScriptedTasks.class, method, type))
                        .addAllArguments(
                                Arrays.stream(arguments).map(this::value).toList())
                        .setTask(TaskInfo.newBuilder()
                                .setId("job-1")
                                .setName(method)
                                .setAttempt(2))
                        .build(),
                LONG);
    }

    /** A task as it is on the wire, of an owner on that host. */
    public CompletableFuture<ActorCallResponse> task(
            String method, MethodType type, List<Value> arguments, String host, List<String> resultFolders) {
        return connection.call(
                Protocol.CALL_ACTOR,
                ActorCallRequest.newBuilder()
                        .setLife(life)
                        .setFunction(TestingFunctions.staticMethod(ScriptedTasks.class, method, type))
                        .addAllArguments(arguments)
                        .setTask(TaskInfo.newBuilder()
                                .setId("job-1")
                                .setName(method)
                                .setAttempt(2)
                                .setResultHost(host)
                                .addAllResultFolders(resultFolders))
                        .build(),
                LONG);
    }

    /** A result that the worker keeps is needed no more. */
    public void release(String name) {
        connection.notify(
                Protocol.RELEASE_RESULTS,
                ReleaseResults.newBuilder().addNames(name).build());
    }

    /** It gets no more tasks. */
    /** As an owner that knows of these results, and of no other. */
    public CompletableFuture<RetireWorkerResponse> retire(List<String> kept) {
        RetireWorkerRequest request = RetireWorkerRequest.newBuilder()
                .setSaysKept(true)
                .addAllKept(kept)
                .build();
        return connection.call(Protocol.RETIRE_WORKER, request, LONG);
    }

    public CompletableFuture<RetireWorkerResponse> retire() {
        return connection.call(Protocol.RETIRE_WORKER, RetireWorkerRequest.getDefaultInstance(), LONG);
    }

    /** Takes back what was sent and has not begun. */
    public void withdraw() {
        connection.notify(Protocol.WITHDRAW_TASKS, WithdrawTasks.getDefaultInstance());
    }

    /** A call as it is on the wire. */
    public CompletableFuture<Object> send(ActorCallRequest request, Duration timeout) {
        var called = connection.call(Protocol.CALL_ACTOR, request, timeout);
        CompletableFuture<Object> result =
                called.thenApply(response -> codec.fromMessage("the result", response.getResult()));
        result.whenComplete((value, failure) -> {
            if (result.isCancelled()) {
                called.cancel(true);
            }
        });
        return result;
    }

    public static Object await(CompletableFuture<Object> future) throws Exception {
        return future.get(LONG.toSeconds(), TimeUnit.SECONDS);
    }

    public static OrreryException failureOf(CompletableFuture<Object> future) throws Exception {
        try {
            Object value = await(future);
            throw new AssertionError("it did not fail but gave " + value);
        } catch (ExecutionException e) {
            if (ErrorCodec.unwrap(e) instanceof OrreryException known) {
                return known;
            }
            throw e;
        }
    }

    @Override
    public void close() {
        connection.close();
    }
}
