package dev.orrery.internal.client;

import com.google.protobuf.ByteString;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorFunction;
import dev.orrery.internal.proto.MethodReference;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;

/**
 * Users' functions as messages: a method or constructor reference that captures nothing by name, so that the worker need
 * not know the driver's own code; anything else by Java serialisation. Thread-safe.
 */
public final class ActorFunctions {
    private static final String SYNTHETIC = "lambda$";

    /**
     * A function to send.
     *
     * @param owner the class that the user wrote the function in or named with it
     * @param name for people: {@code Counter.increment}
     */
    public record Described(ActorFunction message, Class<?> owner, String name) {}

    /** Of references only: a lambda's message depends on what it captured. The class of a reference is a constant of its call site. */
    private final Map<Class<?>, Described> references = Collections.synchronizedMap(new WeakHashMap<>());

    /** Throws NOT_SERIALIZABLE, or INVALID_ARGUMENT for null. */
    public Described describe(Serializable function) {
        if (function == null) {
            throw OrreryException.of(ErrorCode.INVALID_ARGUMENT, "the function is null");
        }
        Described known = references.get(function.getClass());
        if (known != null) {
            return known;
        }
        Optional<SerializedLambda> lambda = lambda(function);
        Optional<Described> reference = lambda.flatMap(form -> reference(function, form));
        reference.ifPresent(found -> references.put(function.getClass(), found));
        return reference.orElseGet(() -> new Described(
                ActorFunction.newBuilder().setLambda(serialize(function)).build(),
                function.getClass(),
                lambda.map(form -> simpleName(form.getCapturingClass()) + "'s lambda")
                        .orElse(function.getClass().getSimpleName())));
    }

    /** What the compiler wrote about it; none for a class of the user's that implements the interface. */
    private static Optional<SerializedLambda> lambda(Serializable function) {
        try {
            Method writeReplace = function.getClass().getDeclaredMethod("writeReplace");
            writeReplace.setAccessible(true);
            return writeReplace.invoke(function) instanceof SerializedLambda form
                    ? Optional.of(form)
                    : Optional.empty();
        } catch (NoSuchMethodException
                | IllegalAccessException
                | InvocationTargetException
                | InaccessibleObjectException e) {
            // Java serialisation does as well, where the worker knows the class.
            return Optional.empty();
        }
    }

    private static Optional<Described> reference(Serializable function, SerializedLambda form) {
        if (form.getCapturedArgCount() > 0 || form.getImplMethodName().startsWith(SYNTHETIC)) {
            return Optional.empty();
        }
        String owner = form.getImplClass().replace('/', '.');
        MethodReference message = MethodReference.newBuilder()
                .setOwner(owner)
                .setName(form.getImplMethodName())
                .setSignature(form.getImplMethodSignature())
                .setIsStatic(form.getImplMethodKind() == MethodHandleInfo.REF_invokeStatic)
                .build();
        return Optional.of(new Described(
                ActorFunction.newBuilder().setMethod(message).build(),
                owner(function, owner),
                simpleName(owner)
                        + (form.getImplMethodKind() == MethodHandleInfo.REF_newInvokeSpecial
                                ? ""
                                : "." + form.getImplMethodName())));
    }

    private static Class<?> owner(Serializable function, String name) {
        try {
            return Class.forName(name, false, function.getClass().getClassLoader());
        } catch (ClassNotFoundException e) {
            // It is known here, or the reference would not be; by a loader that hides it.
            return function.getClass();
        }
    }

    private static String simpleName(String className) {
        return className
                .substring(Math.max(className.lastIndexOf('.'), className.lastIndexOf('/')) + 1)
                .replaceAll(".*\\$", "");
    }

    private static ByteString serialize(Serializable function) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(function);
        } catch (IOException e) {
            throw OrreryException.of(
                    ErrorCode.NOT_SERIALIZABLE,
                    "the lambda cannot be serialised (" + e + "); what it captures must be Serializable",
                    e);
        }
        return ByteString.copyFrom(bytes.toByteArray());
    }
}
