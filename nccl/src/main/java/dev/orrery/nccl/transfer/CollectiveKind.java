package dev.orrery.nccl.transfer;

/** The operations in which all members of a world take part. A kind's place here is its code on the wire. */
public enum CollectiveKind {
    BROADCAST,
    REDUCE,
    ALL_REDUCE,
    GATHER,
    ALL_GATHER,
    SCATTER,
    REDUCE_SCATTER,
    ALL_TO_ALL,
    BARRIER
}
