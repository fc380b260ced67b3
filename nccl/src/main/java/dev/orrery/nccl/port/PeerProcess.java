package dev.orrery.nccl.port;

import dev.orrery.internal.rpc.HostPort;
import dev.orrery.nccl.proto.ProcessIdentity;

/**
 * One run of one process.
 *
 * @param instance random; another one for each run
 * @param address what it says of where its data port is reached
 * @param hostId processes with the same one can share memory; empty for one that does not want to
 */
public record PeerProcess(String instance, HostPort address, String hostId) {
    /** Throws for an identity that is not one. */
    static PeerProcess of(ProcessIdentity message) {
        if (message.getInstance().isEmpty()) {
            throw new IllegalArgumentException("a process without an instance");
        }
        return new PeerProcess(message.getInstance(), HostPort.of(message.getAddress()), message.getHostId());
    }

    ProcessIdentity toMessage() {
        return ProcessIdentity.newBuilder()
                .setInstance(instance)
                .setAddress(address.toMessage())
                .setHostId(hostId)
                .build();
    }

    public boolean isOnHostOf(PeerProcess other) {
        return !hostId.isEmpty() && hostId.equals(other.hostId);
    }
}
