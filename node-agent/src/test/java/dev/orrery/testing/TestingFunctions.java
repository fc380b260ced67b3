package dev.orrery.testing;

import com.google.protobuf.ByteString;
import dev.orrery.internal.proto.ActorFunction;
import dev.orrery.internal.proto.MethodReference;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodType;

/** What drivers ask actors to run, as it is on the wire. */
public final class TestingFunctions {
    private TestingFunctions() {}

    public static ActorFunction method(Class<?> owner, String name, MethodType type) {
        return reference(owner.getName(), name, type, false);
    }

    public static ActorFunction staticMethod(Class<?> owner, String name, MethodType type) {
        return reference(owner.getName(), name, type, true);
    }

    public static ActorFunction constructor(Class<?> owner, Class<?>... parameters) {
        return reference(owner.getName(), "<init>", MethodType.methodType(void.class, parameters), false);
    }

    public static ActorFunction reference(String owner, String name, MethodType type, boolean isStatic) {
        return ActorFunction.newBuilder()
                .setMethod(MethodReference.newBuilder()
                        .setOwner(owner)
                        .setName(name)
                        .setSignature(type.toMethodDescriptorString())
                        .setIsStatic(isStatic))
                .build();
    }

    public static ActorFunction lambda(Serializable lambda) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(lambda);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ActorFunction.newBuilder()
                .setLambda(ByteString.copyFrom(bytes.toByteArray()))
                .build();
    }
}
