package dev.orrery.nccl.port;

import dev.orrery.internal.rpc.HostPort;
import dev.orrery.nccl.proto.DataHello;
import java.time.Duration;
import java.util.Optional;

/**
 * One try to connect.
 *
 * @param hello empty: a control link
 * @param instance empty: whichever process answers there
 * @param connection takes over on success
 * @param timeout for all of it
 */
public record Dial(
        HostPort address,
        Optional<DataHello> hello,
        Optional<String> instance,
        PortConnection connection,
        Duration timeout) {}
