package dev.orrery.testing;

import dev.orrery.Stage;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Compiles user code into jars that are not on the test's class path. */
public final class TestingJars {
    private TestingJars() {}

    /** @param sources text by class name */
    public static Path compile(Path folder, String jarName, Map<String, String> sources) throws IOException {
        Path sourceFolder = Files.createDirectories(folder.resolve(jarName + "-src"));
        Path classes = Files.createDirectories(folder.resolve(jarName + "-classes"));
        for (Map.Entry<String, String> source : sources.entrySet()) {
            Path file = sourceFolder.resolve(source.getKey().replace('.', '/') + ".java");
            Files.createDirectories(file.getParent());
            Files.writeString(file, source.getValue());
        }
        compile(sourceFolder, classes);
        return pack(classes, folder.resolve(jarName + ".jar"));
    }

    private static void compile(Path sourceFolder, Path classes) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter complaints = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
                Stream<Path> sources = Files.walk(sourceFolder)) {
            List<Path> toCompile =
                    sources.filter(path -> path.toString().endsWith(".java")).toList();
            boolean compiled = compiler.getTask(
                            complaints,
                            files,
                            null,
                            List.of("-d", classes.toString(), "-cp", apiJar().toString(), "-proc:none"),
                            null,
                            files.getJavaFileObjectsFromPaths(toCompile))
                    .call();
            if (!compiled) {
                throw new IllegalArgumentException("does not compile:\n" + complaints);
            }
        }
    }

    /** Where the public API comes from. */
    public static Path apiJar() {
        try {
            return Path.of(Stage.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A jar of what is in a folder. */
    public static Path pack(Path classes, Path jar) throws IOException {
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(classes)) {
            files.filter(Files::isRegularFile).forEach(file -> add(out, classes, file));
        }
        return jar;
    }

    private static void add(JarOutputStream out, Path classes, Path file) {
        try {
            out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
            Files.copy(file, out);
            out.closeEntry();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
