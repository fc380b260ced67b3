package dev.orrery.nccl.cuda;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Why CUDA or NCCL could not be loaded, for people. JavaCPP's own message tells of its part of it only. */
final class MissingLibrary {
    private static final List<String> USUAL_FOLDERS =
            List.of("/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/local/cuda/lib64");

    private MissingLibrary() {}

    static String explain(LinkageError error, GpuLibraries libraries) {
        String first = firstCause(error);
        if (first.contains("libcudart.so.13")) {
            String other = find("libcudart.so.1[0-2]", libraries)
                    .map(found -> "; there is " + found + ", of an older CUDA than the 13 that is needed")
                    .orElse("");
            return "CUDA 13's runtime is missing: " + first + other;
        } else if (first.contains("libcuda.so.1")) {
            return "there is no NVIDIA driver: " + first;
        } else if (first.contains("libnccl.so.2")) {
            return "NCCL is missing: " + first;
        }
        return first;
    }

    /** The innermost, without the path of the JNI library that needed it. */
    private static String firstCause(Throwable error) {
        Throwable first = error;
        while (first.getCause() != null && first.getCause() != first) {
            first = first.getCause();
        }
        String text = String.valueOf(first.getMessage()).strip();
        return text.replaceFirst("^\\S*/libjni\\w+\\.so: ", "");
    }

    private static Optional<Path> find(String pattern, GpuLibraries libraries) {
        List<Path> folders = new ArrayList<>();
        libraries
                .cuda()
                .ifPresent(at -> folders.add(
                        Files.isDirectory(at) ? at : at.toAbsolutePath().getParent()));
        String searched = System.getenv().getOrDefault("LD_LIBRARY_PATH", "");
        for (String folder : searched.split(":", -1)) {
            if (!folder.isBlank()) {
                folders.add(Path.of(folder));
            }
        }
        USUAL_FOLDERS.forEach(folder -> folders.add(Path.of(folder)));
        return folders.stream()
                .flatMap(folder -> matching(folder, pattern).stream())
                .findFirst();
    }

    private static Optional<Path> matching(Path folder, String pattern) {
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, pattern + "*")) {
            for (Path file : files) {
                return Optional.of(file);
            }
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look into " + folder, e);
        }
    }
}
