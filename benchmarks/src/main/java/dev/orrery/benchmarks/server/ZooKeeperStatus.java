package dev.orrery.benchmarks.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a ZooKeeper server says of itself when it is asked {@code srvr}. */
public final class ZooKeeperStatus {
    private static final Pattern ZXID = Pattern.compile("Zxid: 0x([0-9a-f]+)");
    private static final int TIMEOUT_MILLIS = 5_000;

    private final int port;

    public ZooKeeperStatus(int port) {
        this.port = port;
    }

    /** The number of its newest write: the difference of two counts what was written between them. */
    public long lastWrite() throws IOException {
        Matcher zxid = ZXID.matcher(ask());
        if (!zxid.find()) {
            throw new IOException("ZooKeeper does not tell its zxid");
        }
        return Long.parseLong(zxid.group(1), 16);
    }

    private String ask() throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.getOutputStream().write("srvr".getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
