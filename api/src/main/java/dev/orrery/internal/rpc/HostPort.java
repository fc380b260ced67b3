package dev.orrery.internal.rpc;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;

/** A TCP address. Port 0 asks for any free port when listening. */
public record HostPort(String host, int port) {
    public HostPort {
        if (host.isBlank() || port < 0 || port > 65535) {
            throw OrreryException.of(
                    ErrorCode.INVALID_ARGUMENT, "not an address: '" + host + ":" + port + "'; write host:port");
        }
    }

    /** Reads {@code host:port}; an IPv6 host stands in brackets. */
    public static HostPort parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon <= 0 ? "" : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        try {
            return new HostPort(host, Integer.parseInt(text.substring(colon + 1)));
        } catch (NumberFormatException e) {
            throw OrreryException.of(ErrorCode.INVALID_ARGUMENT, "not an address: '" + text + "'; write host:port");
        }
    }

    public static HostPort of(dev.orrery.internal.proto.HostPort message) {
        return new HostPort(message.getHost(), message.getPort());
    }

    public dev.orrery.internal.proto.HostPort toMessage() {
        return dev.orrery.internal.proto.HostPort.newBuilder()
                .setHost(host)
                .setPort(port)
                .build();
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
