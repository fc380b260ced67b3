package dev.orrery.examples.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Hosts that are network namespaces, each with one address, at one bridge in a namespace of its own: nothing of this
 * machine's network is touched. Their names carry the process that made them, so that what a killed one left is removed by
 * the next.
 */
public final class NamespaceHosts implements HostNetwork {
    private static final String PREFIX = "orrery-hosts-";
    private static final String SWITCH = "switch";
    private static final String TABLE = "inet orrery_";
    private static final Path NAMES = Path.of("/run/netns");

    private final long owner;
    private final List<String> hosts;
    private final Map<String, String> cuts = new ConcurrentHashMap<>();

    /**
     * Hosts that are there already.
     *
     * @param owner pid of the process that made them
     */
    public NamespaceHosts(long owner, List<String> hosts) {
        this.owner = owner;
        this.hosts = List.copyOf(hosts);
    }

    /** Why there cannot be any here; empty when they can be made. */
    public static Optional<String> whyNot() {
        if (!"root".equals(System.getProperty("user.name"))) {
            return Optional.of("network namespaces need root");
        }
        for (String command : List.of("ip", "nft", "nsenter")) {
            if (!ShortCommand.exists(command)) {
                return Optional.of(
                        "there is no command " + command + " (packages iproute2, nftables and util-linux have them)");
            }
        }
        String probe = PREFIX + ProcessHandle.current().pid() + "-probe";
        ShortCommand.Result made = ShortCommand.execute("ip", "netns", "add", probe);
        ShortCommand.Result filtered = made.ok()
                ? ShortCommand.execute("ip", "netns", "exec", probe, "nft", "add table " + TABLE + "probe")
                : made;
        ShortCommand.execute("ip", "netns", "delete", probe);
        return filtered.ok()
                ? Optional.empty()
                : Optional.of("network namespaces or their filters cannot be made here: " + filtered.said());
    }

    /** Makes them; {@link #remove()} is the caller's. */
    public static NamespaceHosts make(List<String> hosts) {
        sweep();
        NamespaceHosts made = new NamespaceHosts(ProcessHandle.current().pid(), hosts);
        try {
            made.build();
        } catch (RuntimeException e) {
            made.remove();
            throw e;
        }
        return made;
    }

    private static void sweep() {
        for (String name : namesLike(PREFIX + "\\d+-.+")) {
            long pid = Long.parseLong(name.split("-", -1)[2]);
            if (ProcessHandle.of(pid).isEmpty()) {
                ShortCommand.execute("ip", "netns", "delete", name);
            }
        }
    }

    private static List<String> namesLike(String pattern) {
        if (!Files.isDirectory(NAMES)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(NAMES)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches(pattern))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public long owner() {
        return owner;
    }

    private String name(String host) {
        return PREFIX + owner + "-" + host;
    }

    private void build() {
        String middle = name(SWITCH);
        ShortCommand.run("ip", "netns", "add", middle);
        ShortCommand.run("ip", "-n", middle, "link", "add", "bridge", "type", "bridge");
        ShortCommand.run("ip", "-n", middle, "link", "set", "bridge", "up");
        for (String host : hosts) {
            String port = "to-" + host;
            String name = name(host);
            ShortCommand.run("ip", "netns", "add", name);
            ShortCommand.run(
                    "ip", "-n", name, "link", "add", "eth0", "type", "veth", "peer", "name", port, "netns", middle);
            ShortCommand.run("ip", "-n", middle, "link", "set", port, "master", "bridge", "up");
            ShortCommand.run("ip", "-n", name, "addr", "add", address(host) + "/24", "dev", "eth0");
            ShortCommand.run("ip", "-n", name, "link", "set", "lo", "up");
            ShortCommand.run("ip", "-n", name, "link", "set", "eth0", "up");
        }
    }

    @Override
    public String address(String host) {
        return "10.79.0." + (hosts.indexOf(host) + 1);
    }

    /** All ports of a host are its own. */
    @Override
    public int port(String host, int wanted) {
        return wanted;
    }

    @Override
    public List<String> inside(String host) {
        return List.of("nsenter", "--net=" + NAMES.resolve(name(host)));
    }

    @Override
    public Optional<String> whyNoCuts() {
        return Optional.empty();
    }

    @Override
    public void cut(String name, String from, String to) {
        String table = TABLE + name.replace('-', '_');
        cuts.put(name, to);
        filter(
                to,
                "add table " + table + "; add chain " + table
                        + " in { type filter hook input priority 0 ; } ; add rule " + table + " in ip saddr "
                        + address(from) + " drop");
    }

    @Override
    public void heal(String name) {
        String host = cuts.remove(name);
        if (host != null) {
            String table = TABLE + name.replace('-', '_');
            filter(host, "add table " + table + "; delete table " + table);
        }
    }

    private void filter(String host, String rules) {
        List<String> line = new ArrayList<>(inside(host));
        line.addAll(List.of("nft", rules));
        ShortCommand.run(line.toArray(String[]::new));
    }

    /** Whose processes must have ended before. Idempotent. */
    public void remove() {
        for (String name : namesLike(PREFIX + owner + "-.+")) {
            ShortCommand.run("ip", "netns", "delete", name);
        }
    }
}
