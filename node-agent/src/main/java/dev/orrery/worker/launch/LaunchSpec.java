package dev.orrery.worker.launch;

import dev.orrery.error.OrreryException;
import dev.orrery.internal.proto.ActorLife;
import dev.orrery.nccl.HostOptions;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * What a worker has to know before it can reach its agent. The agent writes it before the fork; it outlives both, so that
 * a restarted agent knows whom it launched. The worker is started as {@code java … WorkerMain <file>}.
 *
 * @param nonce names this process for ever; the worker proves with it that it is the one that was launched
 * @param life of no actor for a process that is started before there is one to serve
 * @param label for people: {@code embed/encode-1}
 * @param host what other nodes call this one; goes into addresses and failures
 * @param bindHost where the worker's ports listen
 * @param agentAddressFile holds {@code host:port} of the agent; replaced whenever the agent restarts
 * @param gracePeriod how long the worker stays without its agent when nothing uses it
 * @param worlds how the worker reaches its peers; the agent's settings
 * @param gpu which GPUs are the worker's, and where their libraries are
 * @param artifacts the user's jars, in class path order
 */
public record LaunchSpec(
        String nonce,
        ActorLife life,
        String label,
        String node,
        String host,
        String bindHost,
        String cluster,
        Path secretFile,
        Path agentAddressFile,
        Path workerDir,
        Duration gracePeriod,
        HostOptions worlds,
        GpuLaunch gpu,
        List<Path> artifacts) {
    public static final String FILE_NAME = "launch.properties";

    /** Before the file on the command line: the process does what workers do first, and ends. */
    public static final String REHEARSE = "--rehearse";

    /** Where the process's standard output and error go, in {@link #workerDir()}. */
    public static final String OUTPUT = "output.log";

    /** The failure that a worker ends with, should its report be lost on the way. */
    public static final String LAST_WORDS = "failure.pb";

    public LaunchSpec {
        artifacts = List.copyOf(artifacts);
    }

    /** Whether it names a life; otherwise the process waits until it does. */
    public boolean isBound() {
        return !life.getActor().isEmpty();
    }

    /** The file that {@link #write()} makes. */
    public Path file() {
        return workerDir.resolve(FILE_NAME);
    }

    public Path lastWords() {
        return workerDir.resolve(LAST_WORDS);
    }

    public Path outputLog() {
        return workerDir.resolve(OUTPUT);
    }

    /** On disk when this returns, also after a power loss. */
    public void write() throws IOException {
        writeTo(file());
    }

    /** As {@link #write()}, where the folder has another name yet. */
    public void writeTo(Path file) throws IOException {
        Properties properties = new Properties();
        properties.setProperty("nonce", nonce);
        properties.setProperty("actor", life.getActor());
        properties.setProperty("incarnation", Long.toString(life.getIncarnation()));
        properties.setProperty("label", label);
        properties.setProperty("node", node);
        properties.setProperty("host", host);
        properties.setProperty("bind-host", bindHost);
        properties.setProperty("cluster", cluster);
        properties.setProperty("secret-file", secretFile.toString());
        properties.setProperty("agent-address-file", agentAddressFile.toString());
        properties.setProperty("worker-dir", workerDir.toString());
        properties.setProperty("grace-period", gracePeriod.toString());
        WorldsProperties.write(worlds, properties);
        GpuProperties.write(gpu, properties);
        for (int index = 0; index < artifacts.size(); index++) {
            properties.setProperty("artifact." + index, artifacts.get(index).toString());
        }
        StringWriter text = new StringWriter();
        properties.store(text, null);
        DurableFile.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Reads what {@link #write()} wrote. */
    public static LaunchSpec read(Path file) throws IOException {
        Properties properties = new Properties();
        properties.load(new StringReader(Files.readString(file)));
        try {
            return new LaunchSpec(
                    required(properties, "nonce"),
                    ActorLife.newBuilder()
                            .setActor(required(properties, "actor"))
                            .setIncarnation(Long.parseLong(required(properties, "incarnation")))
                            .build(),
                    required(properties, "label"),
                    required(properties, "node"),
                    required(properties, "host"),
                    required(properties, "bind-host"),
                    required(properties, "cluster"),
                    Path.of(required(properties, "secret-file")),
                    Path.of(required(properties, "agent-address-file")),
                    Path.of(required(properties, "worker-dir")),
                    Duration.parse(required(properties, "grace-period")),
                    WorldsProperties.read(properties),
                    GpuProperties.read(properties),
                    artifacts(properties));
        } catch (IllegalArgumentException | DateTimeException | OrreryException e) {
            throw new IOException("not a launch file: " + file + ": " + e.getMessage(), e);
        }
    }

    static String required(Properties properties, String name) {
        String value = properties.getProperty(name);
        if (value == null) {
            throw new IllegalArgumentException("'" + name + "' is missing");
        }
        return value;
    }

    private static List<Path> artifacts(Properties properties) {
        List<Path> paths = new ArrayList<>();
        for (String path = properties.getProperty("artifact.0");
                path != null;
                path = properties.getProperty("artifact." + paths.size())) {
            paths.add(Path.of(path));
        }
        return paths;
    }
}
