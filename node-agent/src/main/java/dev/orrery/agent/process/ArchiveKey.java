package dev.orrery.agent.process;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What an archive of classes depends on: the JVM, its options, and every jar of the class path. */
record ArchiveKey(String classPath, List<String> javaOptions) {
    private static final List<String> JVM =
            List.of("java.home", "java.vm.name", "java.vm.version", "java.vm.vendor", "os.arch");

    ArchiveKey {
        javaOptions = List.copyOf(javaOptions);
    }

    /** Another one whenever one of them changes. */
    String digest() throws IOException {
        StringBuilder all = new StringBuilder();
        JVM.forEach(property -> all.append(System.getProperty(property)).append('\n'));
        javaOptions.forEach(option -> all.append(option).append('\n'));
        for (Path entry : entries()) {
            all.append(entry).append('\n');
            if (Files.exists(entry)) {
                all.append(Files.size(entry))
                        .append(' ')
                        .append(Files.getLastModifiedTime(entry))
                        .append('\n');
            }
        }
        return HexFormat.of().formatHex(newDigest().digest(all.toString().getBytes(StandardCharsets.UTF_8)));
    }

    /** Archives hold classes of jars only. */
    Optional<Path> folderOfClasses() throws IOException {
        return entries().stream().filter(Files::isDirectory).findFirst();
    }

    private List<Path> entries() throws IOException {
        List<Path> entries = new ArrayList<>();
        for (String entry : classPath.split(File.pathSeparator, -1)) {
            Path path = Path.of(entry);
            if (path.endsWith("*")) {
                try (Stream<Path> jars = Files.list(path.getParent())) {
                    jars.sorted().forEach(entries::add);
                }
            } else {
                entries.add(path);
            }
        }
        return entries;
    }

    static String sha256(Path file) throws IOException {
        MessageDigest digest = newDigest();
        try (InputStream bytes = Files.newInputStream(file)) {
            byte[] buffer = new byte[1 << 16];
            for (int read = bytes.read(buffer); read >= 0; read = bytes.read(buffer)) {
                digest.update(buffer, 0, read);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JVM lacks SHA-256", e);
        }
    }
}
