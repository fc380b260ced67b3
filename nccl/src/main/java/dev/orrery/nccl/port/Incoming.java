package dev.orrery.nccl.port;

import dev.orrery.nccl.proto.Answer;

/** A connection whose other side has proven that it belongs to the cluster, and waits to be let in. Thread-safe. */
public interface Incoming {
    void accept(PortConnection connection);

    /** Says why not, and closes. */
    void refuse(Answer answer, String why);
}
