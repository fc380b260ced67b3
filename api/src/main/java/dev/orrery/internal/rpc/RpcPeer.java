package dev.orrery.internal.rpc;

/** Who is at the other end, as it said under the cluster's secret. {@code address} is the socket's. */
public record RpcPeer(PeerRole role, String name, HostPort address) {
    @Override
    public String toString() {
        return role.name().toLowerCase(java.util.Locale.ROOT) + " " + name + " at " + address;
    }
}
