package dev.orrery.examples.cluster;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import dev.orrery.internal.auth.SecretFile;
import dev.orrery.internal.rpc.HostPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A cluster with ZooKeeper's servers, heads and agents each at a host of its own. Each process can be killed, stopped and
 * started again; what ends by itself is started again after a second, as a host's supervisor does. Thread-safe.
 */
public final class HostCluster implements AutoCloseable {
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(15);
    private static final long RESTART_MILLIS = 1_000;
    private static final long LEAK_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long SWEEP_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final String DISK_SIZE = "96m";
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");
    private static final long CLOCK_FILES_MILLIS = 300;

    private final HostClusterOptions options;
    private final HostNetwork network;
    private final String mark;
    private final HostCommands commands;
    private final Map<String, ChildJvm.Command> lines = new LinkedHashMap<>();
    private final Map<String, ChildJvm> running = new LinkedHashMap<>();
    private final Set<String> down = new HashSet<>();
    private final Set<String> paused = new HashSet<>();
    private final List<String> ends = new ArrayList<>();
    private final List<String> leaked = new ArrayList<>();
    private final Map<String, FakeClock> clocks = new TreeMap<>();
    private final FakeClockFiles clockFiles;
    private final ScheduledExecutorService supervisor;
    private Optional<LimitedDisk> disk = Optional.empty();
    private boolean closed;

    /** @param mark in the environment of all processes of this cluster, and of no others */
    public HostCluster(HostClusterOptions options, HostNetwork network, String mark) {
        this.options = options;
        this.network = network;
        this.mark = mark;
        this.commands = new HostCommands(options, network, Map.of(ProcessMarks.VARIABLE, mark));
        this.clockFiles =
                new FakeClockFiles(SHARED_MEMORY, pid -> ProcessMarks.isMarked(pid, mark), pid -> ProcessHandle.of(pid)
                        .isPresent());
        this.supervisor =
                Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "orrery-host-supervisor"));
    }

    /** Of the environment of all processes of a cluster. */
    public static String markVariable() {
        return ProcessMarks.VARIABLE;
    }

    /** Kills every process with that mark, and returns them in words. */
    public static List<String> sweep(String mark) {
        List<ProcessHandle> left = ProcessMarks.alive(mark);
        List<String> words = left.stream().map(HostCluster::inWords).toList();
        long end = System.nanoTime() + SWEEP_NANOS;
        while (!left.isEmpty() && System.nanoTime() < end) {
            left.forEach(ProcessHandle::destroyForcibly);
            LockSupport.parkNanos(POLL_NANOS);
            left = ProcessMarks.alive(mark);
        }
        return words;
    }

    private static String inWords(ProcessHandle process) {
        return "process " + process.pid() + " " + process.info().commandLine().orElse("?");
    }

    /** Starts everything; does not wait. */
    public synchronized void start() {
        SecretFile.readOrCreate(commands.secret());
        if (LimitedDisk.whyNot().isEmpty()) {
            disk = Optional.of(LimitedDisk.mount(
                    commands.folder(options.smallDisk()), DISK_SIZE, Map.of(ProcessMarks.VARIABLE, mark)));
        }
        if (FakeClock.whyNot().isEmpty()) {
            options.fakeClocks()
                    .forEach(name -> clocks.put(
                            name,
                            new FakeClock(options.directory().resolve("clocks").resolve(name))));
            supervisor.scheduleWithFixedDelay(
                    clockFiles::look, CLOCK_FILES_MILLIS, CLOCK_FILES_MILLIS, TimeUnit.MILLISECONDS);
        }
        lines.putAll(commands.ensemble());
        options.heads().forEach(name -> lines.put(name, commands.head(name, clock(name))));
        options.nodes().forEach(name -> lines.put(name, commands.agent(name, diskOf(name), clock(name))));
        lines.values().forEach(this::launch);
    }

    private Map<String, String> clock(String name) {
        return Optional.ofNullable(clocks.get(name)).map(FakeClock::environment).orElse(Map.of());
    }

    private List<String> diskOf(String node) {
        return node.equals(options.smallDisk()) ? disk.map(LimitedDisk::inside).orElse(List.of()) : List.of();
    }

    /** Any other program of this class path; it is not started again. */
    public synchronized void startProgram(String name, String host, String mainClass, List<String> arguments) {
        launch(commands.program(name, host, mainClass, arguments));
    }

    private void launch(ChildJvm.Command command) {
        if (closed) {
            throw OrreryException.of(ErrorCode.CANCELLED, "the cluster is closed");
        }
        ChildJvm process = ChildJvm.start(command);
        running.put(command.name(), process);
        down.remove(command.name());
        process.onExit(() -> ended(process));
    }

    private synchronized void ended(ChildJvm process) {
        String name = process.name();
        if (closed || down.contains(name) || running.get(name) != process) {
            return;
        }
        ends.add(name + " ended by itself with exit code " + process.exitCode());
        if (!lines.containsKey(name)) {
            return;
        }
        try {
            supervisor.schedule(() -> again(process), RESTART_MILLIS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            ends.add(name + " is not started again: the cluster closes");
        }
    }

    private synchronized void again(ChildJvm process) {
        if (!closed && !down.contains(process.name()) && running.get(process.name()) == process) {
            launch(process.command());
        }
    }

    /** Which processes ended although nobody ended them, in words. */
    public synchronized List<String> ends() {
        return List.copyOf(ends);
    }

    public synchronized long pid(String name) {
        return process(name).pid();
    }

    /** Whether it runs and is not paused. */
    public synchronized boolean isUp(String name) {
        return running.containsKey(name) && running.get(name).isAlive() && !paused.contains(name);
    }

    /** SIGKILL; it stays down until {@link #startAgain}. */
    public synchronized void kill(String name) {
        down.add(name);
        process(name).kill();
    }

    /** SIGTERM, and SIGKILL after that time; it stays down until {@link #startAgain}. */
    public void stop(String name, Duration patience) {
        ChildJvm process;
        synchronized (this) {
            down.add(name);
            process = process(name);
        }
        process.terminate();
        process.awaitExitOrKill(patience);
    }

    public synchronized void startAgain(String name) {
        launch(process(name).command());
    }

    /** SIGSTOP, until {@link #resume}. */
    public synchronized void pause(String name) {
        paused.add(name);
        signal("STOP", process(name).pid());
    }

    public synchronized void resume(String name) {
        signal("CONT", process(name).pid());
        paused.remove(name);
    }

    /** @param signal {@code STOP}, {@code CONT}, {@code KILL}; false when there is no such process */
    public static boolean signal(String signal, long pid) {
        return ShortCommand.execute("kill", "-" + signal, Long.toString(pid)).ok();
    }

    private ChildJvm process(String name) {
        ChildJvm process = running.get(name);
        if (process == null) {
            throw OrreryException.of(ErrorCode.NOT_FOUND, "no process " + name + "; there are " + running.keySet());
        }
        return process;
    }

    /** Why no disk can be filled; empty when one can be. */
    public Optional<String> whyNoFullDisk() {
        return disk.isPresent() ? Optional.empty() : LimitedDisk.whyNot();
    }

    public void fillDisk() {
        disk.orElseThrow().fill();
    }

    public void emptyDisk() {
        disk.ifPresent(LimitedDisk::empty);
    }

    /** Why no clock can be moved; empty when one can be. */
    public Optional<String> whyNoClocks() {
        return FakeClock.whyNot();
    }

    /** The wall clock of that process is so far from the machine's. */
    public void moveClock(String name, Duration by) {
        clocks.get(name).move(by);
    }

    public HostNetwork network() {
        return network;
    }

    public List<HostPort> headAddresses() {
        return commands.heads();
    }

    /** Where ZooKeeper's servers take clients, by name. */
    public Map<String, HostPort> zooKeepers() {
        return commands.zooKeepers();
    }

    public Path secretFile() {
        return commands.secret();
    }

    public Path logs() {
        return options.directory().resolve("logs");
    }

    /** Processes that still ran after the closed cluster had stopped all it knew, in words; they were killed then. */
    public synchronized List<String> leaked() {
        return List.copyOf(leaked);
    }

    /** The pids of all processes that descend from it, less this one's. */
    public List<Long> processes() {
        return ProcessMarks.alive(mark).stream().map(ProcessHandle::pid).toList();
    }

    /** Agents, then heads, then ZooKeeper; what is left then was leaked, and is killed. */
    @Override
    public void close() {
        List<ChildJvm> all;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            all = new ArrayList<>(running.values());
        }
        boolean interrupted = Thread.interrupted();
        supervisor.shutdownNow();
        clockFiles.look();
        all.forEach(process -> signal("CONT", process.pid()));
        List<List<String>> order = List.of(options.nodes(), options.heads(), options.zooKeepers());
        stop(all.stream().filter(it -> !lines.containsKey(it.name())).toList());
        order.forEach(names ->
                stop(all.stream().filter(it -> names.contains(it.name())).toList()));
        disk.ifPresent(this::take);
        awaitNone();
        List<String> left = sweep(mark);
        clockFiles.remove();
        synchronized (this) {
            leaked.addAll(left);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void take(LimitedDisk mounted) {
        mounted.empty();
        try {
            mounted.saveLogs(logs().resolve(options.smallDisk()));
        } catch (UncheckedIOException e) {
            ends.add("logs of " + options.smallDisk() + " were not saved: " + e.getMessage());
        }
        mounted.close();
    }

    private void awaitNone() {
        long end = System.nanoTime() + LEAK_NANOS;
        while (!ProcessMarks.alive(mark).isEmpty() && System.nanoTime() < end) {
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private static void stop(List<ChildJvm> processes) {
        processes.forEach(ChildJvm::terminate);
        processes.forEach(process -> process.awaitExitOrKill(STOP_TIMEOUT));
    }

    /** Removes the folder of a cluster that is closed. */
    public static void removeFolder(Path folder) throws IOException {
        List<Path> inside;
        try (Stream<Path> walk = Files.walk(folder)) {
            inside = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : inside) {
            Files.deleteIfExists(path);
        }
    }
}
