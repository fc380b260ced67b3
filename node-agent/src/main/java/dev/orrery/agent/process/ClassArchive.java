package dev.orrery.agent.process;

import dev.orrery.worker.launch.DurableFile;
import dev.orrery.worker.launch.LaunchSpec;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A class data sharing archive of what every worker loads, which lets their JVMs start faster. It is made once for a class
 * path and a JVM, by a process that rehearses what workers do; a JVM ignores one that is not its own. Thread-safe.
 */
public final class ClassArchive implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ClassArchive.class);
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final List<String> OPPOSED = List.of("-Xshare:off", "-XX:SharedArchiveFile", "-XX:AOT");

    private final Path folder;
    private final ArchiveKey key;
    private final List<String> javaOptions;
    private final String classPath;
    private final String mainClass;
    private volatile Optional<Path> usable = Optional.empty();
    private Optional<Process> making = Optional.empty();
    private boolean closed;

    /**
     * @param folder of this only
     * @param mainClass of workers
     */
    public ClassArchive(Path folder, String classPath, List<String> javaOptions, String mainClass) {
        this.folder = folder;
        this.key = new ArchiveKey(classPath, javaOptions);
        this.javaOptions = List.copyOf(javaOptions);
        this.classPath = classPath;
        this.mainClass = mainClass;
    }

    /** What to start a worker's JVM with; nothing while there is no archive. */
    List<String> options() {
        return usable.map(file -> List.of("-XX:SharedArchiveFile=" + file)).orElse(List.of());
    }

    /**
     * Uses the archive that is there, or makes it. Blocks for seconds, and throws nothing: without it workers start slower.
     *
     * @param rehearsal a launch without a life, in a folder below this one's
     */
    public void prepare(LaunchSpec rehearsal) {
        try {
            Optional<String> name = name();
            if (name.isEmpty()) {
                return;
            }
            Path file = folder.resolve(name.get() + ".jsa");
            Path sum = folder.resolve(name.get() + ".sha256");
            if (!isWhole(file, sum)) {
                removeAll();
                make(rehearsal, file, sum);
            }
            usable = Optional.of(file);
        } catch (IOException e) {
            LOG.warn("workers will start more slowly, for there is no archive of their classes: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Optional<String> name() throws IOException {
        for (String option : javaOptions) {
            if (OPPOSED.stream().anyMatch(option::startsWith)) {
                LOG.debug("no archive of classes: workers have {}", option);
                return Optional.empty();
            }
        }
        Optional<Path> unfit = key.folderOfClasses();
        if (unfit.isPresent()) {
            LOG.debug("no archive of classes: it cannot hold those of the folder {}", unfit.get());
            return Optional.empty();
        }
        return Optional.of(key.digest());
    }

    /** A JVM looks at the head of the file only. */
    private static boolean isWhole(Path file, Path sum) throws IOException {
        return Files.exists(file)
                && Files.exists(sum)
                && Files.readString(sum).strip().equals(ArchiveKey.sha256(file));
    }

    private void removeAll() throws IOException {
        Files.createDirectories(folder);
        try (Stream<Path> old = Files.list(folder)) {
            for (Path path : old.filter(Files::isRegularFile).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }

    private void make(LaunchSpec rehearsal, Path file, Path sum) throws IOException, InterruptedException {
        Files.createDirectories(rehearsal.workerDir());
        rehearsal.write();
        Path fresh = folder.resolve(file.getFileName() + ".new");
        Path output = folder.resolve(LaunchSpec.OUTPUT);
        long begun = System.nanoTime();
        Process process = begin(new ProcessBuilder(command(rehearsal, fresh))
                .directory(rehearsal.workerDir().toFile())
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile()));
        try {
            if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException("it was not made within " + PATIENCE + "; see " + output);
            }
            if (process.exitValue() != 0 || !Files.exists(fresh)) {
                throw new IOException("its JVM exited with " + process.exitValue() + "; see " + output);
            }
        } finally {
            process.destroyForcibly();
        }
        DurableFile.write(sum, (ArchiveKey.sha256(fresh) + "\n").getBytes(StandardCharsets.UTF_8));
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        LOG.info("made {} in {} ms", file, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
    }

    private List<String> command(LaunchSpec rehearsal, Path fresh) {
        List<String> line = new ArrayList<>(List.of("nice", "-n", "19"));
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(javaOptions);
        line.add("-XX:ArchiveClassesAtExit=" + fresh);
        line.addAll(List.of(
                "-cp",
                classPath,
                mainClass,
                LaunchSpec.REHEARSE,
                rehearsal.file().toString()));
        return line;
    }

    private synchronized Process begin(ProcessBuilder builder) throws IOException {
        if (closed) {
            throw new IOException("the agent ends");
        }
        Process process = builder.start();
        making = Optional.of(process);
        return process;
    }

    /** Leaves no process. */
    @Override
    public synchronized void close() {
        closed = true;
        making.ifPresent(Process::destroyForcibly);
    }
}
