package dev.orrery.nccl.port;

import dev.orrery.nccl.proto.DataHello;

/** Decides about incoming connections. Called on I/O threads; the decision may come later, from any thread. */
public interface PortListener {
    void onLink(PeerProcess peer, Incoming incoming);

    void onData(PeerProcess peer, DataHello hello, Incoming incoming);
}
