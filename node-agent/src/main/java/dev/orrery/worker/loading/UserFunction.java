package dev.orrery.worker.loading;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;

/** User code that takes arguments. The actor, where it is one, comes first. */
public final class UserFunction {
    private static final MethodType SPREAD = MethodType.methodType(Object.class, Object[].class);

    private final String name;
    private final MethodType type;
    private final MethodHandle spread;

    private UserFunction(String name, MethodType type, MethodHandle spread) {
        this.name = name;
        this.type = type;
        this.spread = spread;
    }

    static UserFunction of(String name, MethodHandle handle) {
        int parameters = handle.type().parameterCount();
        MethodHandle spread =
                handle.asFixedArity().asSpreader(Object[].class, parameters).asType(SPREAD);
        return new UserFunction(name, handle.type(), spread);
    }

    /** For people: {@code com.example.Counter::increment}. */
    public String name() {
        return name;
    }

    /** Throws INVALID_ARGUMENT when it takes another number of arguments. */
    public void checkCreate(int arguments) {
        checkCount(type.parameterCount(), arguments);
    }

    /** Throws INVALID_ARGUMENT when it is not for that actor, or takes another number of arguments beside it. */
    public void checkCallOn(Object actor, int arguments) {
        if (type.parameterCount() == 0 || !type.parameterType(0).isInstance(actor)) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT,
                    name + type + " is not for this actor, a "
                            + actor.getClass().getName());
        }
        checkCount(type.parameterCount() - 1, arguments);
    }

    private void checkCount(int taken, int given) {
        if (taken != given) {
            throw OrreryException.of(ErrorCode.INVALID_ARGUMENT, name + " takes " + taken + " arguments, not " + given);
        }
    }

    /** Throws what the user's code throws. Null for a void method. */
    public Object invoke(Object... arguments) throws Throwable {
        return (Object) spread.invokeExact(arguments);
    }
}
