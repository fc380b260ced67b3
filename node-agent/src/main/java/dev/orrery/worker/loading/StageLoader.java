package dev.orrery.worker.loading;

import dev.orrery.Stage;
import dev.orrery.StageFactory;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.StageSpec;
import java.io.IOException;
import java.io.InvalidClassException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Makes a stage's instance out of its definition and the pipeline's artifacts. Used on the stage's user thread. */
public final class StageLoader implements AutoCloseable {
    private final ArtifactClassLoader loader;
    private final List<Path> artifacts;

    public StageLoader(List<Path> artifacts) {
        this.artifacts = List.copyOf(artifacts);
        this.loader = new ArtifactClassLoader(artifacts, new ApiClassLoader(StageLoader.class.getClassLoader()));
    }

    /** The context class loader that user code runs with. */
    public ClassLoader classLoader() {
        return loader;
    }

    /** Throws what user code threw; else an exception that says what is wrong with the definition. */
    public Stage create(StageSpec spec) throws Exception {
        for (Path artifact : artifacts) {
            // A class loader passes over a jar that is not there, and then a class is missing without a reason.
            if (!Files.isReadable(artifact)) {
                throw OrreryException.of(ErrorCode.NOT_FOUND, "cannot read the artifact " + artifact);
            }
        }
        return switch (spec.getFactoryCase()) {
            case SERIALIZED_FACTORY -> fromFactory(spec.getSerializedFactory().toByteArray());
            case CLASS_NAME -> fromClass(spec.getClassName());
            case FACTORY_NOT_SET ->
                throw OrreryException.of(
                        ErrorCode.INVALID_ARGUMENT, "stage " + spec.getName() + " has neither a factory nor a class");
        };
    }

    private Stage fromFactory(byte[] serialized) throws Exception {
        Object factory;
        try (FactoryInput input = new FactoryInput(serialized, loader)) {
            factory = input.readObject();
        } catch (InvalidClassException e) {
            throw explained(e);
        }
        if (!(factory instanceof StageFactory stageFactory)) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT,
                    "the serialised factory is a " + nameOf(factory) + ", not a " + StageFactory.class.getName());
        }
        Stage stage = stageFactory.create();
        if (stage == null) {
            throw OrreryException.of(ErrorCode.INVALID_ARGUMENT, "the stage's factory returned null");
        }
        return stage;
    }

    /** The JDK says of a filter's verdict only that there was one. */
    private static Exception explained(InvalidClassException thrown) {
        return String.valueOf(thrown.getMessage()).contains("REJECTED")
                ? OrreryException.of(
                        ErrorCode.INVALID_ARGUMENT,
                        "the stage's factory holds too much (" + FactoryInput.LIMITS
                                + "); let open() load what is large from the artifacts or a file",
                        thrown)
                : thrown;
    }

    private static String nameOf(Object object) {
        return object == null ? "null" : object.getClass().getName();
    }

    private Stage fromClass(String className) throws Exception {
        Class<?> type = Class.forName(className, true, loader);
        if (!Stage.class.isAssignableFrom(type)) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT, "class " + className + " does not implement " + Stage.class.getName());
        }
        try {
            return (Stage) type.getConstructor().newInstance();
        } catch (InvocationTargetException e) {
            throw unwrapped(e);
        } catch (NoSuchMethodException e) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT,
                    "class " + className + " has no public constructor without arguments",
                    e);
        } catch (InstantiationException | IllegalAccessException e) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT, "class " + className + " must be public and not abstract", e);
        }
    }

    private static Exception unwrapped(InvocationTargetException thrown) {
        if (thrown.getCause() instanceof Error error) {
            throw error;
        }
        return thrown.getCause() instanceof Exception exception ? exception : thrown;
    }

    @Override
    public void close() throws IOException {
        loader.close();
    }
}
