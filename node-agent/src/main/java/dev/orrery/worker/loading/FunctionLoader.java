package dev.orrery.worker.loading;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.function.ActorFactory0;
import dev.orrery.internal.proto.ActorFunction;
import dev.orrery.internal.proto.MethodReference;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Makes what can be called out of what a driver sent: a method by its name, or a lambda. Thread-safe. */
public final class FunctionLoader {
    private static final String SHAPES = ActorFactory0.class.getPackageName();
    private static final String CONSTRUCTOR = "<init>";
    private static final int REMEMBERED = 1_024;

    private final UserCode code;
    private final Map<MethodReference, UserFunction> methods = new ConcurrentHashMap<>();

    public FunctionLoader(UserCode code) {
        this.code = code;
    }

    /** Throws INVALID_ARGUMENT or NOT_SERIALIZABLE; what a static initialiser threw as the JVM has it. */
    public UserFunction load(ActorFunction function) {
        return switch (function.getKindCase()) {
            case METHOD -> method(function.getMethod());
            case LAMBDA -> lambda(function.getLambda().toByteArray());
            case KIND_NOT_SET ->
                throw OrreryException.of(
                        ErrorCode.INVALID_ARGUMENT, "the function is of a kind that is not known here");
        };
    }

    private UserFunction method(MethodReference reference) {
        UserFunction known = methods.get(reference);
        if (known != null) {
            return known;
        }
        String name = reference.getOwner() + "::" + reference.getName();
        UserFunction found = UserFunction.of(name, find(name, reference));
        if (methods.size() < REMEMBERED) {
            methods.put(reference, found);
        }
        return found;
    }

    private MethodHandle find(String name, MethodReference reference) {
        try {
            Class<?> owner = Class.forName(reference.getOwner(), true, code.classLoader());
            MethodType type = MethodType.fromMethodDescriptorString(reference.getSignature(), code.classLoader());
            MethodHandles.Lookup lookup = lookup(owner);
            if (reference.getName().equals(CONSTRUCTOR)) {
                return lookup.findConstructor(owner, type);
            }
            return reference.getIsStatic()
                    ? lookup.findStatic(owner, reference.getName(), type)
                    : lookup.findVirtual(owner, reference.getName(), type);
        } catch (ReflectiveOperationException | IllegalArgumentException | TypeNotPresentException e) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT,
                    "there is no " + name + reference.getSignature() + " here: " + e.getMessage(),
                    e);
        }
    }

    /** Of the user's classes all methods are within reach, of the JDK's the public ones. */
    private static MethodHandles.Lookup lookup(Class<?> owner) throws IllegalAccessException {
        return owner.getModule().isNamed()
                ? MethodHandles.publicLookup()
                : MethodHandles.privateLookupIn(owner, MethodHandles.lookup());
    }

    private UserFunction lambda(byte[] serialized) {
        Object lambda = read(serialized);
        Class<?> shape = shapeOf(lambda)
                .orElseThrow(() -> OrreryException.of(
                        ErrorCode.INVALID_ARGUMENT,
                        "the function is a "
                                + (lambda == null ? "null" : lambda.getClass().getName()) + ", none of " + SHAPES));
        Method method = Arrays.stream(shape.getMethods())
                .filter(candidate -> Modifier.isAbstract(candidate.getModifiers()))
                .findFirst()
                .orElseThrow();
        try {
            return UserFunction.of(
                    "the lambda", MethodHandles.publicLookup().unreflect(method).bindTo(lambda));
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(shape + " is not public", e);
        }
    }

    private Object read(byte[] serialized) {
        // What a captured object's own way of reading throws may be anything.
        try {
            return code.deserialize("the function", serialized);
        } catch (OrreryException e) {
            throw e;
        } catch (IOException | ClassNotFoundException | RuntimeException | StackOverflowError e) {
            throw OrreryException.of(
                    ErrorCode.NOT_SERIALIZABLE,
                    "the function cannot be read (" + e + "); the class that it is written in must be in the artifacts",
                    e);
        }
    }

    private static Optional<Class<?>> shapeOf(Object lambda) {
        return lambda == null ? Optional.empty() : shapeOf(lambda.getClass());
    }

    private static Optional<Class<?>> shapeOf(Class<?> type) {
        if (type.isInterface() && type.getPackageName().equals(SHAPES)) {
            return Optional.of(type);
        }
        return Stream.concat(Stream.ofNullable(type.getSuperclass()), Arrays.stream(type.getInterfaces()))
                .map(FunctionLoader::shapeOf)
                .flatMap(Optional::stream)
                .findFirst();
    }
}
