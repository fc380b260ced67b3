package dev.orrery.worker.loading;

import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;

/** The classes of the artifacts of a pipeline or an actor. */
final class ArtifactClassLoader extends URLClassLoader {
    static {
        registerAsParallelCapable();
    }

    private final List<Path> artifacts;

    ArtifactClassLoader(List<Path> artifacts, ClassLoader parent) {
        super("orrery-artifacts", urls(artifacts), parent);
        this.artifacts = List.copyOf(artifacts);
    }

    private static URL[] urls(List<Path> artifacts) {
        return artifacts.stream().map(ArtifactClassLoader::url).toArray(URL[]::new);
    }

    private static URL url(Path artifact) {
        try {
            return artifact.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException("not the path of an artifact: " + artifact, e);
        }
    }

    /** Says where it looked: a name alone does not tell that an artifact was forgotten. */
    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        try {
            return super.findClass(name);
        } catch (ClassNotFoundException e) {
            if (e.getCause() != null) {
                throw e;
            }
            throw new ClassNotFoundException(name + " is in none of the artifacts " + names());
        }
    }

    List<String> names() {
        return artifacts.stream().map(path -> path.getFileName().toString()).toList();
    }
}
