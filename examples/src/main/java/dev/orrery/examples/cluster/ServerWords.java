package dev.orrery.examples.cluster;

import dev.orrery.internal.rpc.HostPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Asks a server of ZooKeeper how it is, by the four-letter words that need no client. */
public final class ServerWords {
    private static final Duration TIMEOUT = Duration.ofMillis(700);
    private static final Pattern ZNODES = Pattern.compile("Node count: (\\d+)");

    private ServerWords() {}

    /** Whether it takes part in a quorum: follows, or is followed. */
    public static boolean serves(HostPort server) {
        return ask(server, "srvr", TIMEOUT)
                .filter(answer -> answer.contains("Mode: leader") || answer.contains("Mode: follower"))
                .isPresent();
    }

    /** A figure of {@code mntr}; empty when it does not tell. */
    public static Optional<Long> figure(HostPort server, String name) {
        return ask(server, "mntr", TIMEOUT).flatMap(answer -> answer.lines()
                .filter(line -> line.startsWith(name + "\t"))
                .map(line -> Long.parseLong(line.substring(name.length() + 1).strip()))
                .findFirst());
    }

    /** How many znodes there are; also where only {@code srvr} is answered. */
    public static Optional<Long> znodes(HostPort server, Duration timeout) {
        return ask(server, "srvr", timeout)
                .map(ZNODES::matcher)
                .filter(Matcher::find)
                .map(count -> Long.parseLong(count.group(1)));
    }

    private static Optional<String> ask(HostPort server, String word, Duration timeout) {
        int millis = (int) timeout.toMillis();
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(server.host(), server.port()), millis);
            socket.setSoTimeout(millis);
            socket.getOutputStream().write(word.getBytes(StandardCharsets.US_ASCII));
            return Optional.of(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
