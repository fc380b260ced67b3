package dev.orrery.nccl.world;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Hosts of a test's own: network namespaces, each with one address, at one bridge in a namespace of its own, so nothing of
 * this machine's network is touched. Their names carry the test's process, so that what a killed test left is removed by
 * the next.
 */
final class TestingHosts {
    private static final String PREFIX = "orrery-it-";
    private static final String SWITCH = "switch";
    private static final String TABLE = "inet orrery_cut";
    private static final Path NAMES = Path.of("/run/netns");

    private final List<String> hosts;

    private TestingHosts(List<String> hosts) {
        this.hosts = List.copyOf(hosts);
    }

    /** Why there cannot be any here; empty when they can be made. */
    static Optional<String> whyNot() throws IOException, InterruptedException {
        if (!"root".equals(System.getProperty("user.name"))) {
            return Optional.of("network namespaces need root");
        }
        for (String command : List.of("ip", "nft")) {
            if (Stream.of(System.getenv("PATH").split(":", -1))
                    .noneMatch(it -> Files.isExecutable(Path.of(it, command)))) {
                return Optional.of("there is no command " + command + " (packages iproute2 and nftables)");
            }
        }
        String probe = name("probe");
        Result made = execute("ip", "netns", "add", probe);
        Result filtered =
                made.code == 0 ? execute("ip", "netns", "exec", probe, "nft", "add table " + TABLE) : new Result(0, "");
        execute("ip", "netns", "delete", probe);
        return made.code == 0 && filtered.code == 0
                ? Optional.empty()
                : Optional.of("network namespaces or their filters cannot be made here: " + made.said + filtered.said);
    }

    static TestingHosts make(String... hosts) throws IOException, InterruptedException {
        sweep();
        TestingHosts made = new TestingHosts(List.of(hosts));
        try {
            made.build();
        } catch (IOException | AssertionError e) {
            made.remove();
            throw e;
        }
        return made;
    }

    private static String name(String host) {
        return PREFIX + ProcessHandle.current().pid() + "-" + host;
    }

    private static void sweep() throws IOException, InterruptedException {
        if (!Files.isDirectory(NAMES)) {
            return;
        }
        List<String> names;
        try (Stream<Path> files = Files.list(NAMES)) {
            names = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches(PREFIX + "\\d+-\\w+"))
                    .toList();
        }
        for (String name : names) {
            long pid = Long.parseLong(name.split("-", -1)[2]);
            if (ProcessHandle.of(pid).isEmpty()) {
                run("ip", "netns", "delete", name);
            }
        }
    }

    private void build() throws IOException, InterruptedException {
        String middle = name(SWITCH);
        run("ip", "netns", "add", middle);
        run("ip", "-n", middle, "link", "add", "bridge", "type", "bridge");
        run("ip", "-n", middle, "link", "set", "bridge", "up");
        for (String host : hosts) {
            String port = "to-" + host;
            String name = name(host);
            run("ip", "netns", "add", name);
            run("ip", "-n", name, "link", "add", "eth0", "type", "veth", "peer", "name", port, "netns", middle);
            run("ip", "-n", middle, "link", "set", port, "master", "bridge", "up");
            run("ip", "-n", name, "addr", "add", address(host) + "/24", "dev", "eth0");
            run("ip", "-n", name, "link", "set", "lo", "up");
            run("ip", "-n", name, "link", "set", "eth0", "up");
        }
    }

    String address(String host) {
        return "10.77.0." + (hosts.indexOf(host) + 1);
    }

    /** Its processes share memory with each other, and with no other host's. */
    String id(String host) {
        return name(host);
    }

    /** What a command begins with that runs there. */
    List<String> inside(String host) {
        return List.of("ip", "netns", "exec", name(host));
    }

    /** From now on the host drops everything that comes from the other. */
    void deafen(String host, String to) throws IOException, InterruptedException {
        String rules = "add table " + TABLE + "; add chain " + TABLE
                + " in { type filter hook input priority 0 ; } ; add rule " + TABLE + " in ip saddr " + address(to)
                + " drop";
        run("ip", "netns", "exec", name(host), "nft", rules);
    }

    /** It hears all again. */
    void heal(String host) throws IOException, InterruptedException {
        run("ip", "netns", "exec", name(host), "nft", "add table " + TABLE + "; delete table " + TABLE);
    }

    private record Result(int code, String said) {}

    private static Result execute(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("did not end: " + String.join(" ", command));
        }
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.exitValue(), said);
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Result result = execute(command);
        if (result.code != 0) {
            throw new AssertionError(String.join(" ", command) + ": " + result.said);
        }
    }

    /** Whose processes must have ended before. */
    void remove() throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(hosts);
        all.add(SWITCH);
        for (String host : all) {
            if (Files.exists(NAMES.resolve(name(host)))) {
                run("ip", "netns", "delete", name(host));
            }
        }
    }
}
