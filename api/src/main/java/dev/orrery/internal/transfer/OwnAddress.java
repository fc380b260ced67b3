package dev.orrery.internal.transfer;

import dev.orrery.internal.rpc.HostPort;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The address of this host on its way to others: they are likely to reach it by that. */
public final class OwnAddress {
    private static final Logger LOG = LoggerFactory.getLogger(OwnAddress.class);
    private static final String LOOPBACK = "127.0.0.1";

    private OwnAddress() {}

    /** On the way to the first of them that is not on this host, if there is one. May wait for a name server; sends nothing. */
    public static String towards(List<HostPort> others) {
        return others.stream()
                .flatMap(other -> towards(other).stream())
                .filter(address -> !address.isLoopbackAddress())
                .findFirst()
                .map(InetAddress::getHostAddress)
                .orElse(LOOPBACK);
    }

    private static Optional<InetAddress> towards(HostPort other) {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(new InetSocketAddress(other.host(), other.port()));
            return Optional.of(socket.getLocalAddress()).filter(address -> !address.isAnyLocalAddress());
        } catch (SocketException | UncheckedIOException | IllegalArgumentException e) {
            LOG.debug("there is no way to {}", other, e);
            return Optional.empty();
        }
    }
}
