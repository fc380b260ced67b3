package dev.orrery.worker.loading;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectStreamClass;
import java.lang.reflect.Proxy;
import java.util.Map;

/** Reads a serialised factory with the classes of the artifacts, within limits. */
final class FactoryInput extends ObjectInputStream {
    static final String LIMITS = "maxdepth=64;maxrefs=200000;maxarray=4000000;maxbytes=16777216";
    private static final ObjectInputFilter FILTER = ObjectInputFilter.Config.createFilter(LIMITS);
    private static final Map<String, Class<?>> PRIMITIVES = Map.of(
            "boolean", boolean.class,
            "byte", byte.class,
            "char", char.class,
            "short", short.class,
            "int", int.class,
            "long", long.class,
            "float", float.class,
            "double", double.class,
            "void", void.class);

    private final ClassLoader loader;

    FactoryInput(byte[] serialized, ClassLoader loader) throws IOException {
        super(new ByteArrayInputStream(serialized));
        this.loader = loader;
        setObjectInputFilter(FILTER);
    }

    @Override
    protected Class<?> resolveClass(ObjectStreamClass description) throws ClassNotFoundException {
        Class<?> primitive = PRIMITIVES.get(description.getName());
        return primitive != null ? primitive : Class.forName(description.getName(), false, loader);
    }

    @Override
    protected Class<?> resolveProxyClass(String[] interfaces) throws ClassNotFoundException {
        Class<?>[] classes = new Class<?>[interfaces.length];
        for (int i = 0; i < interfaces.length; i++) {
            classes[i] = Class.forName(interfaces[i], false, loader);
        }
        return Proxy.newProxyInstance(loader, classes, (proxy, method, arguments) -> null)
                .getClass();
    }
}
