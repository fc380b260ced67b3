package dev.orrery.testing;

import dev.orrery.ActorRef;
import dev.orrery.error.ActorDeadException;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.Failure;
import dev.orrery.error.OrreryException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** An actor that answers when the test says so. All overloads of {@code call} come to it as one. */
public final class TestingActor {
    /** A call that was made. */
    public record Asked(List<Object> arguments, Duration deadline, CompletableFuture<Object> answer) {}

    private final String id;
    private final List<Asked> asked = new ArrayList<>();
    private Optional<Function<Asked, CompletableFuture<Object>>> behaviour = Optional.empty();

    public TestingActor(String id) {
        this.id = id;
    }

    public String id() {
        return id;
    }

    /** A reference to it. */
    public ActorRef<TestingCounter> ref() {
        return ref(Duration.ofMinutes(1));
    }

    @SuppressWarnings("unchecked")
    private ActorRef<TestingCounter> ref(Duration deadline) {
        InvocationHandler handler = (proxy, method, arguments) -> invoke(deadline, method, arguments);
        return (ActorRef<TestingCounter>)
                Proxy.newProxyInstance(ActorRef.class.getClassLoader(), new Class<?>[] {ActorRef.class}, handler);
    }

    private Object invoke(Duration deadline, Method method, Object[] arguments) {
        return switch (method.getName()) {
            case "id" -> id;
            case "toString" -> "actor " + id;
            case "hashCode" -> id.hashCode();
            case "within" -> ref((Duration) arguments[0]);
            case "call" -> asked(deadline, Arrays.asList(arguments));
            default -> throw new UnsupportedOperationException(method.toString());
        };
    }

    private CompletableFuture<Object> asked(Duration deadline, List<Object> arguments) {
        Asked call = new Asked(arguments.subList(1, arguments.size()), deadline, new CompletableFuture<>());
        synchronized (this) {
            asked.add(call);
        }
        return behaviour.map(known -> known.apply(call)).orElse(call.answer());
    }

    /** Instead of silence. */
    public TestingActor behaves(Function<Asked, CompletableFuture<Object>> value) {
        behaviour = Optional.of(value);
        return this;
    }

    /** All calls that it got, in their order. */
    public synchronized List<Asked> calls() {
        return List.copyOf(asked);
    }

    /** The first argument of each. */
    public List<Object> arguments() {
        return calls().stream().map(call -> call.arguments().get(0)).toList();
    }

    /** The oldest call that is not answered. */
    public CompletableFuture<Object> open() {
        return calls().stream()
                .map(Asked::answer)
                .filter(answer -> !answer.isDone())
                .findFirst()
                .orElseThrow(() -> new AssertionError("actor " + id + " has no open call"));
    }

    public void answer(Object value) {
        open().complete(value);
    }

    /** What a call fails with that it may have run when it died. */
    public OrreryException diedInCall() {
        return OrreryException.of(
                ErrorCode.ACTOR_DEAD,
                "actor '" + id + "' is DEAD; whether it has run is not known",
                Map.of("actor", id),
                Optional.of(Failure.of("signal", "9 (SIGKILL)")));
    }

    /** What a call fails with that came too late. */
    public OrreryException diedBefore() {
        return ActorDeadException.notBegun(diedInCall());
    }
}
