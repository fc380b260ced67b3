package dev.orrery.internal.client;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Packs a folder of classes (an IDE's or a build's) into a jar; the same classes give the same bytes. */
final class ClassFolderJar {
    private static final LocalDateTime TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

    private ClassFolderJar() {}

    static Path pack(Path folder, String tag) {
        try {
            Path jar = Files.createTempFile(tag, ".jar");
            List<Path> files;
            try (Stream<Path> walk = Files.walk(folder)) {
                files = walk.filter(Files::isRegularFile).sorted().toList();
            }
            try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
                for (Path file : files) {
                    ZipEntry entry = new ZipEntry(folder.relativize(file).toString());
                    entry.setTimeLocal(TIME);
                    out.putNextEntry(entry);
                    Files.copy(file, out);
                    out.closeEntry();
                }
            }
            return jar;
        } catch (IOException e) {
            throw OrreryException.of(ErrorCode.INVALID_ARGUMENT, "cannot pack the classes of " + folder, e);
        }
    }
}
