package dev.orrery.worker.loading;

import dev.orrery.Stage;
import dev.orrery.StageFactory;
import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.StageSpec;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.List;

/** Makes a stage's instance out of its definition and the pipeline's artifacts. Used on the stage's user thread. */
public final class StageLoader implements AutoCloseable {
    private final UserCode code;

    public StageLoader(List<Path> artifacts) {
        this.code = new UserCode(artifacts);
    }

    /** The context class loader that user code runs with. */
    public ClassLoader classLoader() {
        return code.classLoader();
    }

    /** Throws what user code threw; else an exception that says what is wrong with the definition. */
    public Stage create(StageSpec spec) throws Exception {
        code.checkArtifacts();
        return switch (spec.getFactoryCase()) {
            case SERIALIZED_FACTORY -> fromFactory(spec.getSerializedFactory().toByteArray());
            case CLASS_NAME -> fromClass(spec.getClassName());
            case FACTORY_NOT_SET ->
                throw OrreryException.of(
                        ErrorCode.INVALID_ARGUMENT, "stage " + spec.getName() + " has neither a factory nor a class");
        };
    }

    private Stage fromFactory(byte[] serialized) throws Exception {
        Object factory = code.deserialize("the stage's factory", serialized);
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

    private static String nameOf(Object object) {
        return object == null ? "null" : object.getClass().getName();
    }

    private Stage fromClass(String className) throws Exception {
        Class<?> type = Class.forName(className, true, code.classLoader());
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
        code.close();
    }
}
