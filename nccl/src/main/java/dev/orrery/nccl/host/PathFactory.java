package dev.orrery.nccl.host;

import dev.orrery.nccl.port.PeerProcess;
import dev.orrery.nccl.transfer.PeerPath;
import io.netty.channel.ChannelHandler;

/** Makes the way to one member out of a connection to it. */
interface PathFactory {
    /** Told once what came of it, on any thread: a path or none. */
    interface Outcome {
        void onPath(PeerPath path);

        void onNone(NoPath why);

        /** Runs it when the world breaks, or ends before one of them was told; at once when it has ended. */
        void whenUnwanted(Runnable then);

        /** What the path tells. */
        PeerPath.Events events();
    }

    /** Returns what is to be added to the connection's pipeline. */
    ChannelHandler[] connect(PeerProcess peer, Outcome outcome);
}
