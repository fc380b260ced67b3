package dev.orrery.benchmarks.process;

import dev.orrery.benchmarks.participant.ParticipantMain;
import dev.orrery.world.Transport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** Participants in this JVM's Java, with this process's class path. */
public final class JavaLaunches {
    private static final List<String> JVM_OPTIONS = List.of(
            "-Xms256m",
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-Xshare:auto",
            // A resource of this module: the file of conf.
            "-Dlogback.configurationFile=conf/logback.xml");

    private final Path logs;

    public JavaLaunches(Path logs) {
        this.logs = logs;
    }

    public List<Launch> members(int count, Transport transport) {
        return all(count, transport.name().toLowerCase(Locale.ROOT), List.of(ParticipantMain.MEMBER, transport.name()));
    }

    /**
     * Two with a GPU each, or one for both.
     *
     * @param backend of their worlds
     */
    public List<Launch> deviceMembers(String backend, DeviceSetting setting) {
        return IntStream.range(0, 2)
                .mapToObj(number -> {
                    List<String> arguments = List.of(
                            ParticipantMain.DEVICE_MEMBER,
                            backend,
                            Integer.toString(number % setting.devices()),
                            setting.cudaLibrary(),
                            setting.ncclLibrary());
                    String name = backend.toLowerCase(Locale.ROOT) + "-device-" + number;
                    return one(name, setting.jvmOptions(), arguments, setting.environment(number));
                })
                .toList();
    }

    /** Two that move bytes over the bare media. */
    public List<Launch> barePeers() {
        return all(2, ParticipantMain.BARE, List.of(ParticipantMain.BARE));
    }

    private List<Launch> all(int count, String name, List<String> arguments) {
        return IntStream.range(0, count)
                .mapToObj(number -> one(name + "-" + number, List.of(), arguments, Map.of()))
                .toList();
    }

    private Launch one(String name, List<String> options, List<String> arguments, Map<String, String> environment) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM_OPTIONS);
        command.addAll(options);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(ParticipantMain.class.getName());
        command.addAll(arguments);
        return new Launch(name, command, environment, logs.resolve(name + ".log"));
    }
}
