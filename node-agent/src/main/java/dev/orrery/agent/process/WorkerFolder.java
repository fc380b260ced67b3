package dev.orrery.agent.process;

import dev.orrery.internal.proto.ActorLife;
import dev.orrery.internal.proto.Failure;
import dev.orrery.worker.launch.DurableFile;
import dev.orrery.worker.launch.LaunchSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The folder of one life: what was launched, what the shim says of it, its output. */
public record WorkerFolder(Path root) {
    private static final int MAX_NAME = 100;
    private static final String CLEARED = "cleared";
    private static final String CALLED_IN = "called-in";
    private static final Pattern SHIM_LINE = Pattern.compile("\\d{1,18} \\d{1,18} \\S+\n");
    private static final Pattern WORKER_LINE = Pattern.compile("\\d{1,18} \\d{1,18}\n");
    private static final Pattern EXIT_LINE = Pattern.compile("\\d{1,3}\n");

    /** A name for people and for the file system; two lives never share one. */
    public static WorkerFolder of(Path workers, ActorLife life) {
        String actor = life.getActor();
        String safe = actor.replaceAll("[^A-Za-z0-9._-]", "_");
        if (safe.length() > MAX_NAME || !safe.equals(actor) || safe.startsWith(".")) {
            safe = "a" + safe.substring(0, Math.min(safe.length(), MAX_NAME)) + "_"
                    + Integer.toHexString(actor.hashCode());
        }
        return new WorkerFolder(workers.resolve(safe + "-" + life.getIncarnation()));
    }

    public Path launchFile() {
        return root.resolve(LaunchSpec.FILE_NAME);
    }

    public Path output() {
        return root.resolve(LaunchSpec.OUTPUT);
    }

    /** What the worker wrote down as the reason of its end. */
    public Optional<Failure> lastWords() {
        try {
            return Optional.of(Failure.parseFrom(Files.readAllBytes(root.resolve(LaunchSpec.LAST_WORDS))));
        } catch (IOException e) {
            // It wrote none, or could not.
            return Optional.empty();
        }
    }

    /** Nothing is left of what was launched, if anything was: no agent has to look for it any more. */
    public void markCleared() throws IOException {
        if (exists()) {
            Files.write(root.resolve(CLEARED), new byte[0]);
        }
    }

    public boolean isCleared() {
        return Files.exists(root.resolve(CLEARED));
    }

    /** Its worker has been connected to an agent: from now on one that lives is never away for long. */
    public void markCalledIn() throws IOException {
        if (exists() && !hasCalledIn()) {
            Files.write(root.resolve(CALLED_IN), new byte[0]);
        }
    }

    public boolean hasCalledIn() {
        return Files.exists(root.resolve(CALLED_IN));
    }

    public Path temporary() {
        return root.resolve("tmp");
    }

    /** Only the shim writes here, so a watch on it is quiet. */
    public Path run() {
        return root.resolve("run");
    }

    public void create() throws IOException {
        Files.createDirectories(run());
        Files.createDirectories(temporary());
    }

    public boolean exists() {
        return Files.exists(launchFile());
    }

    public RunRecord readRun() {
        Optional<String[]> shim = words("shim", SHIM_LINE);
        Optional<String[]> worker = words("worker", WORKER_LINE);
        Optional<String[]> exit = words("exit", EXIT_LINE);
        return new RunRecord(
                Files.exists(run().resolve("shim")),
                shim.map(words -> words[2]),
                shim.map(WorkerFolder::process),
                worker.map(WorkerFolder::process),
                exit.map(words -> Integer.parseInt(words[0])));
    }

    private static ProcessId process(String[] words) {
        return new ProcessId(Long.parseLong(words[0]), Long.parseLong(words[1]));
    }

    /** Empty while the line is not complete. */
    private Optional<String[]> words(String file, Pattern line) {
        try {
            String text = Files.readString(run().resolve(file));
            return line.matcher(text).matches() ? Optional.of(text.strip().split(" ")) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** After true, no shim will ever start a worker from this folder. False when one has begun. */
    public boolean preventStart() throws IOException {
        try {
            Files.createDirectories(run());
            Files.writeString(
                    run().resolve("shim"),
                    "none\n",
                    StandardCharsets.UTF_8,
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.WRITE);
            return true;
        } catch (FileAlreadyExistsException e) {
            return Files.readString(run().resolve("shim")).equals("none\n");
        }
    }

    public void removeTemporary() throws IOException {
        removeTree(temporary());
    }

    /**
     * Makes this the folder of a process that runs in {@code folder}, which keeps its own name for what it has open. Durable,
     * and all or nothing.
     */
    public void linkTo(WorkerFolder folder) throws IOException {
        Path target = root.getParent().relativize(folder.root());
        try {
            Files.createSymbolicLink(root, target);
            DurableFile.syncFolder(root.getParent());
        } catch (IOException e) {
            Files.deleteIfExists(root);
            throw e;
        }
    }

    /** The folder in which its process was started. */
    public WorkerFolder origin() throws IOException {
        return new WorkerFolder(root.toRealPath());
    }

    /** The link first: a folder that nothing links to is removed by the next agent. */
    public void remove() throws IOException {
        Path origin = root.toRealPath();
        if (Files.isSymbolicLink(root)) {
            Files.delete(root);
        }
        removeTree(origin);
    }

    private static void removeTree(Path top) throws IOException {
        List<Path> inside;
        try (Stream<Path> walk = Files.walk(top)) {
            inside = walk.sorted(Comparator.reverseOrder()).toList();
        } catch (NoSuchFileException e) {
            return;
        }
        for (Path path : inside) {
            Files.deleteIfExists(path);
        }
    }
}
