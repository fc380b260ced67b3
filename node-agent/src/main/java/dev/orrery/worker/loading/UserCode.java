package dev.orrery.worker.loading;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import java.io.IOException;
import java.io.InvalidClassException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The user's classes in a worker: those of the artifacts, which see the JDK and Orrery's public API. */
public final class UserCode implements AutoCloseable {
    private final ArtifactClassLoader loader;
    private final List<Path> artifacts;

    public UserCode(List<Path> artifacts) {
        this.artifacts = List.copyOf(artifacts);
        this.loader = new ArtifactClassLoader(artifacts, new ApiClassLoader(UserCode.class.getClassLoader()));
    }

    /** The context class loader that user code runs with. */
    public ClassLoader classLoader() {
        return loader;
    }

    /** A class loader passes over a jar that is not there, and then a class is missing without a reason. */
    public void checkArtifacts() {
        for (Path artifact : artifacts) {
            if (!Files.isReadable(artifact)) {
                throw OrreryException.of(ErrorCode.NOT_FOUND, "cannot read the artifact " + artifact);
            }
        }
    }

    /** @param what for the error: "the stage's factory" */
    Object deserialize(String what, byte[] serialized) throws IOException, ClassNotFoundException {
        try (FactoryInput input = new FactoryInput(serialized, loader)) {
            return input.readObject();
        } catch (InvalidClassException e) {
            // The JDK says of a filter's verdict only that there was one.
            if (String.valueOf(e.getMessage()).contains("REJECTED")) {
                throw OrreryException.of(
                        ErrorCode.INVALID_ARGUMENT,
                        what + " holds too much (" + FactoryInput.LIMITS
                                + "); let the worker load what is large from the artifacts or a file",
                        e);
            }
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        loader.close();
    }
}
