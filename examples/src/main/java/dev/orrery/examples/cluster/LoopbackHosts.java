package dev.orrery.examples.cluster;

import dev.orrery.error.ErrorCode;
import dev.orrery.error.OrreryException;
import java.util.List;
import java.util.Optional;

/** All hosts are this machine's loopback. */
public final class LoopbackHosts implements HostNetwork {
    private final String why;

    /** @param why there are no hosts of their own */
    public LoopbackHosts(String why) {
        this.why = why;
    }

    @Override
    public String address(String host) {
        return "127.0.0.1";
    }

    @Override
    public int port(String host, int wanted) {
        return FreePorts.find(1).get(0);
    }

    @Override
    public List<String> inside(String host) {
        return List.of();
    }

    @Override
    public Optional<String> whyNoCuts() {
        return Optional.of(why);
    }

    @Override
    public void cut(String name, String from, String to) {
        throw OrreryException.of(ErrorCode.UNSUPPORTED, "packets of the loopback are not dropped: " + why);
    }

    @Override
    public void heal(String name) {
        // There are no cuts.
    }
}
